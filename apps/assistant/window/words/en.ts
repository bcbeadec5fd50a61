import type { Words } from './zh.ts';

const writingLead =
  'Should it be pulled out, nothing is lost: put it back, type the PIN again, and work goes on where it stopped. There is a working certificate on the key at all times. The desk’s page may be closed; writing goes on.';

export const en: Words = {
  title: 'Key assistant',
  local: 'A window of this computer, not a web page',
  otherLanguage: '中文',
  codeLabel: 'Code',
  sentences: (one, next) => `${one} ${next}`,
  unknownFailure:
    'It was not finished; nothing on the key is lost. Try again on the desk’s page; if it stays, tell a service point the code.',

  waiting: 'Waiting for the desk’s page',
  waitingLead:
    'A page opened this window. It shows nothing until that page hands over a signed order. If nothing happens, the assistant does not trust that page: close this window.',
  noOpener: 'This window is opened by the desk’s page. Close it and begin there.',
  gone: 'The assistant was closed or restarted',
  goneLead: {
    order:
      'This window is no longer valid; nothing on the key is lost. Close it and try again on the desk’s page.',
    own: 'This window is no longer valid. Close it and open the assistant again.',
  },
  close: 'Close the window',
  closeByHand: 'If the window is still open, close it yourself.',
  phrase: 'Your phrase',
  phraseHint: 'Where you do not see it, do not type your PIN.',

  keyTitle: {
    'key-missing': 'Put the USB key in',
    'order-other-key': 'Put another USB key in',
    'key-no-certificate': 'There is no certificate on this key',
    'region-not-served': 'This desk does not serve your region',
    'key-removed': 'Put the USB key back in',
  },
  keyLead: {
    'key-missing': 'No key was found. Work goes on by itself once one is in.',
    'order-other-key':
      'This key does not hold the certificate below. Work goes on by itself once the right key is in.',
    'key-no-certificate': 'Use a key that holds one. Work goes on by itself once it is in.',
    'region-not-served':
      'By the unified code in its certificate the company belongs elsewhere, so no PIN is asked for. Go to a service point there; with another company’s key work goes on by itself.',
    'key-removed':
      'The key was pulled out; nothing is lost. Put it back and type the PIN again: work goes on where it stopped.',
  },

  purpose: {
    'sign-in': 'Sign in',
    renewal: 'Renew the certificate',
    amendment: 'Add numbers to the certificate',
    tidy: 'Tidy the key',
  },
  pinTitle: {
    'sign-in': 'Type the PIN to sign in',
    renewal: 'Check this, and type the PIN to agree',
    amendment: 'Check the numbers that come in, and type the PIN to agree',
    tidy: 'Type the PIN to tidy the key',
  },
  asks: (desk) => `Asked for by ${desk}`,
  signInLead: 'The key signs once to prove that you hold it. Nothing on it changes.',
  renewalLead:
    'A new key pair is made on the key. The old certificate is retired only once the new one has been proved. It takes about a minute.',
  twinLead:
    'Two certificates are written: the signing certificate signs and signs in; with the encryption certificate others send you files that only your key can open.',
  samePair: {
    certain:
      'The key has no room for a second key pair, so the one on it stays and gets the new certificate. The old certificate is replaced only once that has been proved. It takes about a minute.',
    unknown:
      'If the key has no room for a second key pair, the one on it stays and gets the new certificate.',
  },
  amendmentLead:
    'The numbers below come into the certificate, which is issued anew. The key pair stays, and so does the end of validity; the old certificate is replaced only once the new one has been proved. It takes about a minute.',
  amendmentTwinLead:
    'The signing and the encryption certificate are both issued anew. The encryption key stays as well: files that were sent to you before can still be opened.',
  comesIn: 'Numbers that come in now',
  willBe: 'The certificate as it will be',
  tidyLead: (count) =>
    `Removes ${count === 1 ? 'one item' : `${count} items`} that ended cases left on the key. The certificate in use is not touched.`,
  again: 'Work was interrupted; nothing is lost. Type the PIN again and it goes on where it stopped.',
  fact: {
    case: 'Case',
    entity: 'Company',
    years: 'Term',
    notAfter: 'New certificate valid until',
    staysUntil: 'Still valid until',
    agreement: 'Agreement, version',
    serial: 'Serial number',
    issuer: 'Issuer',
    validity: 'Valid',
    algorithm: 'Algorithm',
  },
  use: {
    signing: 'Signing certificate',
    encryption: 'Encryption certificate',
    both: 'Signing and encryption certificate',
  },
  role: { signing: 'signing', encryption: 'encryption' },
  ofRole: (fact, role) => `${fact}, ${role}`,
  validUntil: (name, until) => `${name}, valid until ${until}`,
  encryptionIsFor: 'With the encryption certificate others send you files that only this key can open.',
  years: (years) => (years === 1 ? '1 year' : `${years} years`),
  until: (from, to) => `${from} to ${to}`,
  number: {
    uscc: 'Unified social credit code',
    organizationCode: 'Organisation code',
    businessLicense: 'Business licence',
    taxRegistration: 'Tax registration',
    socialInsurance: 'Social insurance number',
    housingFund: 'Housing fund number',
  },
  which: 'Which certificate?',
  severalKeys: (keys) =>
    `${keys} keys are in. Choose the certificate to use; the other keys are left alone, and can be pulled out.`,
  severalCertificates: (count) =>
    `There are ${count} certificates on the key, the newest first. A key that was renewed keeps the old one; mostly the newest is meant. If you are not sure, decline and find out first.`,
  whichMissing: 'Choose a certificate first.',
  keyNamed: (name) => `Key: ${name}`,

  pin: 'PIN',
  pinEmpty: 'Type the PIN.',
  pinStays: 'The PIN is used on this computer only; the page never sees it.',
  show: 'Show what is typed',
  tries: (tries) => `${tries} tries are left.`,
  onlyOneTry: 'This is the last try: if it is wrong, the key locks.',
  triesLow: 'It was mistyped lately; the key does not say how many tries are left.',
  triesUnknown: 'The key does not say how many tries are left.',
  locked: 'The key is locked.',
  problem: {
    incorrect: 'The PIN is wrong.',
    locked:
      'The key is locked and takes no PIN any more. Bring it with the company’s papers to a service point to have it unlocked.',
    format: 'The PIN is 6 to 16 letters, digits or symbols. No try was used; check it and type it again.',
    'last-try':
      'Only one try is left; if it is wrong, the key locks. If you are sure of the PIN, tick the box and type it again.',
  },
  lastTry: 'I am sure of the PIN; use the last try',
  lastTryMissing:
    'This is the last try. Tick the box if you are sure of the PIN; if not, stop here and find out first.',
  agree: { 'sign-in': 'Sign in', renewal: 'Agree and begin', amendment: 'Agree and add', tidy: 'Begin' },
  decline: 'Decline',
  later: 'Go on later',
  checking: 'Checking the PIN …',

  workingSignIn: 'Signing',
  workingTitle: {
    renewal: 'Writing: leave the key in',
    amendment: 'Adding numbers: leave the key in',
    tidy: 'Tidying: leave the key in',
  },
  workingLead: {
    renewal: writingLead,
    amendment: writingLead,
    tidy: 'Should it be pulled out, nothing is lost: put it back, type the PIN again, and work goes on where it stopped. The certificate in use is not touched.',
  },
  takingUp: 'Checking with the server; about to begin.',
  stepNow: (at, of, step) => `Step ${at} of ${of}: ${step}`,
  waitingForServer:
    'The server does not answer at the moment; trying again. Nothing on the key is lost. Leave the key in.',
  steps: {
    generate: 'Make a new key pair on the key',
    issue: 'Issue the new certificate',
    write: 'Write it and read it back',
    prove: 'Prove it by a signature',
    tidy: 'Tidy the key',
  },
  tidyStep: 'Remove what was left',
  stepState: { done: 'done', now: 'in progress', later: 'to come' },

  doneTitle: {
    'sign-in': 'Signed',
    renewal: 'The certificate has been renewed',
    amendment: 'The numbers are in the certificate',
    tidy: 'The key has been tidied',
  },
  doneLead: {
    'sign-in': 'Go on at the desk’s page.',
    renewal: 'The new certificate is on the key and has been proved. You can take the key out now.',
    amendment:
      'These numbers are in the certificate now. The new certificate is on the key and has been proved. You can take the key out now.',
    tidy: 'What was left has been removed. You can take the key out now.',
  },
  newCertificate: 'New certificate',
  failedTitle: 'It was not finished',
  failedLead: 'Close this window: the desk’s page says what to do next.',
  declinedTitle: 'Declined; nothing on the key was changed',
  declinedLead: 'Close this window; on the desk’s page it can be begun again.',
  stoppedTitle: 'Stopped; it can go on later',
  stoppedLead:
    'There is a working certificate on the key and nothing is lost. Put the key in and go on with the case on the desk’s page: it continues where it stopped.',

  keys: 'Keys and certificates',
  looking: 'Reading the keys …',
  keysIn: (count) => {
    if (count === 0) return 'No key is in. It is shown as soon as you put one in.';
    return count === 1 ? 'One key is in.' : `${count} keys are in.`;
  },
  readAgain: 'Read it again',
  noCertificates: 'There is no certificate on this key.',
  pinForm: { verify: 'Check the PIN', change: 'Change the PIN' },
  pinDone: { verify: 'The PIN is right.', change: 'The PIN has been changed. Use the new one from now on.' },
  oldPin: 'Present PIN',
  newPin: 'New PIN',
  newPinAgain: 'New PIN once more',
  newPinHint: '6 to 16 letters, digits or symbols; capitals count.',
  newPinFormat:
    'The new PIN is 6 to 16 letters, digits or symbols. Nothing was changed; type the new PIN again.',
  pinsDiffer: 'The two new PINs differ; nothing was changed. Type the new PIN again.',
  cancel: 'Cancel',
  desks: 'Trusted desks',
  desksNone: 'No desk is trusted yet. Run the installer that your authority provides.',
  version: (version) => `Key assistant, version ${version}`,
};
