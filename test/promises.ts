/**
 * What certdesk promises its holders, each promise beside the tests that prove it. docs/promises.md is made from here, and
 * promises.test.ts holds every line to a test that is there.
 */

export interface Promised {
  readonly promise: string;
  readonly tests: readonly (readonly [file: string, ...titles: string[]])[];
  /** What of it does not hold yet, or not wholly. */
  readonly open?: string;
}

const renewal = 'apps/server/src/journeys/renewal/renewal.test.ts';
const amendment = 'apps/server/src/journeys/amendment/amendment.test.ts';
const amendmentWalk = 'apps/server/src/journeys/amendment/walk.test.ts';
const compare = 'apps/server/src/registry/compare.test.ts';
const anotherCa = 'apps/server/src/journeys/renewal/another-ca.test.ts';
const atOnce = 'apps/server/src/journeys/renewal/at-once.test.ts';
const rules = 'apps/server/src/journeys/renewal/rules.test.ts';
const twins = 'apps/server/src/journeys/renewal/twins.test.ts';
const twinsOnKey = 'apps/assistant/src/orders/twins.test.ts';
const keyManagement = 'apps/server/src/keymanagement/keymanagement.test.ts';
const recovery = 'apps/server/src/keymanagement/recovery.test.ts';
const recovering = 'apps/server/src/commands/recover.test.ts';
const walk = 'apps/server/src/journeys/renewal/walk.test.ts';
const signIn = 'apps/server/src/access/sign-in.test.ts';
const interruptions = 'test/interruptions/interruptions.test.ts';
const pointsImport = 'apps/server/src/setup/service-points/import.test.ts';
const nearest = 'apps/server/src/setup/service-points/nearest.test.ts';
const registerImport = 'apps/server/src/registry/import/import.test.ts';
const registerChanges = 'apps/server/src/registry/import/changes.test.ts';
const httpRegister = 'apps/server/src/registry/http/registry.test.ts';
const realKeys = 'test/interruptions/real-keys.test.ts';
const twinsOnSkf =
  'are renewed whatever is interrupted: what the profile keeps stays, and a full key is certified again';
const inBrowser = 'test/interruptions/browser.test.ts';
const wholeRenewal = 'test/renewal.test.ts';
const commands = 'apps/server/src/operators/commands.test.ts';
const operators = 'apps/server/src/commands/operator.test.ts';
const lists = 'apps/server/src/status/lists.test.ts';
const ocsp = 'apps/server/src/status/ocsp.test.ts';
const revoking = 'apps/server/src/commands/revoke.test.ts';
const wholeDesk = 'apps/server/src/desk.test.ts';
const window = 'apps/assistant/window/exchanges.test.ts';
const assistant = 'apps/assistant/src/orders/renewal.test.ts';
const amendmentOnKey = 'apps/assistant/src/orders/amendment.test.ts';
const amendmentOnKeys = 'apps/assistant/src/orders/amendment-keys.test.ts';
const trust = 'apps/assistant/src/orders/trust.test.ts';
const pages = 'apps/portal/src/walks.test.ts';
const papers = 'apps/portal/src/service-point/papers.test.ts';
const points = 'apps/portal/src/service-point/service-points.test.ts';
const misbehaviour = 'packages/token/src/skf/misbehaviour.test.ts';
const pkcs11 = 'packages/token/src/pkcs11/pkcs11.test.ts';
const openCryptoki = 'packages/token/src/pkcs11/opencryptoki.test.ts';
const skfDriver = 'packages/token/src/skf/driver.test.ts';
const screens = 'test/screens.test.ts';

const everywhere =
  'whatever is interrupted wherever, one new certificate is in force, the key signs with it, nothing is left over';

export const promises: Readonly<Record<string, readonly Promised[]>> = {
  'Twin certificates': [
    {
      promise:
        'Signing and encryption certificate are issued, proved, put in force and withdrawn together, and answers may be lost.',
      tests: [
        [
          twins,
          'are issued for one request: same subject, same validity, two serial numbers, two uses',
          'come into force together with the proof, and the old two are superseded in the same moment',
          'asked for again come the same, in a new envelope; the same pair however often answers are lost',
          'are revoked, suspended and resumed together, by an operator’s signed command',
          'of a case that is cancelled are withdrawn together, and the pair goes into the history',
        ],
        [twinsOnKey, 'come in spite of the assistant being killed at any call to the key'],
        [interruptions, everywhere],
        [realKeys, twinsOnSkf],
      ],
    },
    {
      promise: 'No encryption private key leaves the key management but in an envelope for one signing key.',
      tests: [
        [
          keyManagement,
          'is never enveloped for another signing key than the first',
          'neither tables nor log nor answers hold a private key',
          'nobody but the desk is answered, and nothing that is old',
        ],
      ],
    },
    {
      promise: 'When the key management is away, twin renewals wait and say so; nothing is half issued.',
      tests: [
        [twins, 'wait for the key management: away, nothing is issued; back, the case goes on'],
        [interruptions, everywhere],
      ],
    },
    {
      promise:
        'A key whose one container is all its room is renewed without being without a working certificate, or told so before anything is changed.',
      tests: [
        [
          twinsOnKey,
          'keeps its pairs, which get new certificates once they are proved',
          'is renewed in spite of the assistant being killed at any call to the key',
          'is told so before anything is changed where its pair may not be certified again',
        ],
        [twins, 'keeps its encryption pair, and signs in with the certificate that the key still carries'],
        [
          realKeys,
          twinsOnSkf,
          'are refused to a full key whose pairs are not to be certified again, before anything is changed',
        ],
      ],
    },
    {
      promise:
        'Holders are told before they give the PIN that their key pair stays, as far as the key tells so early.',
      tests: [
        [
          twinsOnKey,
          'keeps its pairs, which get new certificates once they are proved',
          'finds out about room that the key does not tell, and leaves no empty container behind',
          'cannot say before its PIN what happens where something on it may make way',
        ],
      ],
    },
    {
      promise: 'Old documents still open: the former encryption key stays on the key or in the history.',
      tests: [
        [
          twins,
          'old encryption keys: the first container stays, the one before leaves or may go, and the history has its key',
        ],
        [twinsOnKey, 'leave the old container where it is when its encryption key is to stay'],
        [realKeys, twinsOnSkf],
      ],
    },
    {
      promise:
        'A kept encryption key comes back by signed commands of two people, in an envelope for the one key that both named, and in no other way.',
      tests: [
        [
          recovery,
          'two officers get a pair of the history, in an envelope for the key that both named, and it stands in the audit chain',
          'the same two commands get the same again, for answers get lost; each of them with another gets nothing',
          'two that share a command at the same moment: one recovery',
          'for a statement that is signed as any other type',
          'on certificates that look right and that no CA issued which it was told of',
          'an authority gets it where both officers signed for it by its name',
        ],
        [
          recovering,
          'two operators recover a key for its holder’s new key, and what was encrypted to it opens again',
          'no key for a receiver that is revoked, another entity’s, or not ordered by two with the role',
        ],
      ],
      open: 'Writing a recovered key to a key token comes with the desk’s pages; the envelope is a file until then.',
    },
  ],
  'Nothing is lost': [
    {
      promise:
        'Pull the key, close the browser, kill the server or the assistant, cut the network, lose the database, at any moment: nothing is lost.',
      tests: [
        [interruptions, everywhere],
        [
          inBrowser,
          'goes on from the page when the assistant was killed, and when the key was pulled',
          'is carried to its end by the assistant when the server was killed and the browser closed',
        ],
        [assistant, 'renews in spite of two kills, the second anywhere after the first'],
        [
          amendmentOnKey,
          'an amendment comes to its end in spite of the assistant being killed at any call to the key, and again on its way',
        ],
      ],
    },
    {
      promise: 'Sign in again from any browser, and the case goes on where it was.',
      tests: [
        [
          wholeRenewal,
          'from sign-in to receipt, with a case left half-way that another browser goes on with',
        ],
        [pages, 'offers an unfinished case again, whatever page was wanted'],
      ],
    },
    {
      promise: 'No key is ever without a working certificate because of us.',
      tests: [
        [walk, 'at every moment something on the key works, and every case comes to its end: %s'],
        [interruptions, everywhere],
        [
          assistant,
          'keeps the old certificate while the server does not say that the new one is proved',
          'stops with a sentence where the key refuses a call, as one whose memory is full does, and goes on later',
        ],
        [
          amendmentOnKey,
          'an amendment comes to its end in spite of the assistant being killed at any call to the key, and again on its way',
          'an amendment stops where the key refuses a call, and goes on later',
          'what was proved and not written comes by a tidy order when the case has ended',
        ],
        [amendmentOnKeys, 'is amended in spite of a library that crashes (%s)'],
        [
          amendmentWalk,
          'in whatever order things happen, the key’s pair has a certificate in force, and one alone',
        ],
      ],
    },
    {
      promise: 'A full database or a full disk stops nothing half-way.',
      tests: [
        [
          atOnce,
          'a database that is full: a sentence, nothing half done, and it goes on when there is room again',
        ],
        ['apps/assistant/src/log.test.ts', 'goes on when the disk is full'],
      ],
    },
    {
      promise: 'What a killed server was about to do is found and finished, also when nobody asks again.',
      tests: [
        [
          'test/interruptions/circumstances.test.ts',
          'what a killed server was about to sign, and nobody asks for again, is signed by a job',
        ],
      ],
    },
    {
      promise:
        'A key maker’s library that crashes, hangs, is missing or says what is not so is a sentence, and the case goes on where it was.',
      tests: [
        [
          misbehaviour,
          'crashes (%s): a message, and the next call works',
          'hangs (in %s): a message, and the next call works',
          'is told of by what it returned, whatever that is, and goes on where it can',
          'pulled in the middle of any call, before or after it was carried out, is a key that was removed',
          'says wrong lengths',
          'is told of at each call, and by nothing else',
        ],
        [
          realKeys,
          'ends with one new certificate whichever call to the key the pull or the end of the assistant meets',
        ],
        ['apps/assistant/src/orders/skf.test.ts', 'come in spite of a library that crashes (%s)'],
      ],
      open: 'Tried on a library written for the tests; the makers’ own are still to come.',
    },
    {
      promise: 'A clock that is years off on the holder’s machine changes nothing.',
      tests: [
        [
          'test/interruptions/circumstances.test.ts',
          "a clock that is %s on the holder's machine changes nothing",
        ],
      ],
    },
  ],
  'Nothing happens twice': [
    {
      promise: 'One certificate is in force, however often and from wherever it is asked for.',
      tests: [
        [
          renewal,
          'two requests at once, on two nodes, give one certificate',
          'every answer that was lost is asked for again and is the same',
        ],
        [
          'test/interruptions/circumstances.test.ts',
          'the same key in two assistants that carry out two orders of one case (%s): one new certificate, nothing left over',
        ],
      ],
    },
    {
      promise:
        'One open case at a time changes a certificate or its key; starting another leads to the open one.',
      tests: [
        [atOnce, 'a renewal begun in two browsers is one case, and the other browser is told which'],
        [renewal, 'one open case a line: a second is told of the first'],
      ],
    },
    {
      promise: 'An order is carried out once, by one assistant.',
      tests: [
        [atOnce, 'one order taken up by two assistants at once is carried out by one of them'],
        [renewal, 'forged, stale, replayed or taken by another is worth nothing'],
      ],
    },
  ],
  'What the screen says is what happened': [
    {
      promise: 'No success is shown as failure, no failure as success.',
      tests: [
        [atOnce, 'cancelled while it is proved: one of the two, whole (%i)'],
        [
          'apps/portal/src/bridge/assistant-window.test.ts',
          'a result is not turned into a failure by the window closing after it',
        ],
        [window, 'who stops after the key was pulled out is not told that nothing was changed'],
      ],
    },
    {
      promise: 'No case waits for ever with nobody told.',
      tests: [
        [renewal, 'that is silent is waited for, and asked again by the holder'],
        [pages, 'goes on by itself when the register answers at last'],
        [
          interruptions,
          'every story ends with a new certificate on the key when nothing happens, and together they take every transition',
        ],
      ],
    },
    {
      promise: 'Every trouble has a screen of its own that says what to do next, in Chinese and English.',
      tests: [
        [screens, 'every trouble has a screen that a test looks at'],
        [
          'apps/portal/src/words/words.test.ts',
          'whatever code comes, there is a sentence for it in both languages',
        ],
      ],
    },
    {
      promise: 'Progress is visible, also in a browser that did not begin it.',
      tests: [[pages, 'shows the writing of another browser, also when events do not get through']],
    },
  ],
  'Bad input changes nothing': [
    {
      promise: 'What is wrong gets a sentence that says what to do, and changes nothing.',
      tests: [
        [
          renewal,
          'a request whose signature is wrong, whose key is another kind, or was certified before',
          'a proof with another nonce, certificate, key or type proves nothing',
          'an agreement that is not in force, and a term that is not offered',
        ],
        [trust, 'refuses an order that was forged, altered, or signed as something else'],
      ],
    },
    {
      promise: 'Nobody confirms what he did not see.',
      tests: [
        [renewal, 'that changed its mind since the page was shown: nobody confirms what he did not see'],
        [
          amendment,
          'on an answer that is not too old: it is asked for again, and another one is another question',
        ],
      ],
    },
    {
      promise:
        'A number is only ever taken from the register, by the holder’s decision, and the case says from which answer.',
      tests: [
        [
          amendment,
          'about each number on offer, and only about those',
          'the case says which answer of which register a number came from',
          'with a code that looks wrong: it is not on offer before the authority has confirmed it',
        ],
        [renewal, 'is taken in, or left out, in the same step, and signed as it was decided'],
        [
          compare,
          'whatever the numbers, nothing is offered that does not stand in the register or stands in the certificate',
        ],
      ],
    },
    {
      promise:
        'An amendment changes nothing but the numbers: same key, same end, and one certificate in force throughout.',
      tests: [
        [
          amendment,
          'numbers that were taken in stand in the new certificate, for the same key, until the same second',
          'an encryption certificate is amended with it, and both pairs stay',
          'two requests at once, on two nodes, give one certificate',
        ],
        [
          amendmentOnKey,
          'an amendment keeps the pair, and the new certificate is written once it is proved',
          'takes no encryption pair that comes with the answer: the one on the key stays',
        ],
        [amendmentOnKeys, 'is amended (twins: %s)'],
        [
          'test/journey.test.ts',
          'amends twin certificates: same keys, same end, and other programs read the number that came in',
        ],
        [
          amendmentWalk,
          'in whatever order things happen, the key’s pair has a certificate in force, and one alone',
        ],
        [interruptions, everywhere],
      ],
    },
  ],
  'A case comes to its end': [
    {
      promise: 'The holder can cancel until the new certificate is proved, and not after.',
      tests: [
        [
          renewal,
          'cancelled while it is written: the certificate is revoked, the token ends, the key is tidied next time',
          'proved can no longer be cancelled',
        ],
      ],
    },
    {
      promise:
        'A case that nobody continues ends after a configured time; what it made is undone: certificate revoked, container removed at the key’s next visit.',
      tests: [
        [atOnce, 'abandoned for so long that it ends while it is proved: one of the two, whole (%i)'],
        [interruptions, everywhere],
      ],
      open: 'Telling the holder by message comes with the messages.',
    },
  ],
  'Who may do what': [
    {
      promise: 'A challenge is fresh, good once, for minutes, and for the browser that asked for it alone.',
      tests: [
        [
          signIn,
          'a challenge is good once',
          'a challenge is good for minutes, by the server’s clock',
          'a challenge is good for the browser that asked for it alone',
        ],
      ],
    },
    {
      promise: 'An expired certificate may still sign in, for renewal alone.',
      tests: [[signIn, 'an expired certificate signs in for a renewal alone, until it is too late']],
    },
    {
      promise: 'Somebody else’s case is not there.',
      tests: [[renewal, 'somebody else’s case is not there']],
    },
    {
      promise:
        'Regions that are not served, and a desk that is closed, are told so; before the PIN is asked for, where the code’s digits decide.',
      tests: [
        [
          'apps/server/src/access/region.test.ts',
          'a region that is not served is told so, and nobody is signed in',
          'before signing in the pages say who is served, and a code can be asked about, of which nothing is kept',
        ],
        [trust, 'asks for no PIN where the desk does not serve the region of the certificate’s company'],
        [signIn, 'a desk that is closed says so'],
      ],
    },
    {
      promise:
        'The agreement’s version and digest, the term and the request are inside what the old key signs.',
      tests: [[renewal, 'a statement about %s', 'a statement by another key, or of another type']],
    },
  ],
  'The PIN': [
    {
      promise: 'It never reaches the page, the server, a log or an address.',
      tests: [
        [window, 'a wrong PIN costs a try; the right one signs, and no page sees either'],
        [wholeRenewal, 'no PIN, token or cookie stands in any log'],
        ['apps/assistant/src/cli/cli.test.ts', 'never takes a PIN from its arguments'],
      ],
    },
    {
      promise:
        'Wrong: it says how many tries are left; before the last one it asks. Nothing tries a PIN that was not typed.',
      tests: [
        [
          window,
          'the last try is used only by who says so',
          'a PIN that only became the last try while typing is asked for again',
        ],
        [
          openCryptoki,
          'goes from low to its final try to locked, as its flags say, and back by the admin PIN',
        ],
        [trust, 'goes on after a wrong PIN, asks before the last try, and ends when the key locks'],
      ],
    },
    {
      promise:
        'Rights that it gave end with the order, and are nobody else’s, whatever a maker’s library thinks.',
      tests: [
        [skfDriver, 'lets nobody in on the PIN that another entered, though the library would'],
        [pkcs11, 'is one of several, each opened by its own handle'],
      ],
    },
  ],
  'The admin PIN': [
    {
      promise: 'The tries after which nothing recovers a key are not spent here.',
      tests: [
        [skfDriver, "never spends the admin PIN's last tries"],
        [openCryptoki, "leaves the admin PIN's last try alone"],
      ],
    },
  ],
  'The bridge between page and key': [
    {
      promise:
        'It works from a page of the public internet without any permission, extension or root certificate.',
      tests: [
        [
          'apps/portal/src/public-page.test.ts',
          'a page from the public internet reaches the assistant by its window, where fetch is refused',
        ],
      ],
    },
    {
      promise:
        'A page cannot make up an order, ask the assistant anything itself, frame its window or reach it by another name.',
      tests: [
        [
          window,
          'a page that is not trusted is told nothing and shown nothing',
          'a page cannot ask the assistant anything itself',
          'no page can frame the window, not even a trusted one',
          'by another name than 127.0.0.1 there is nothing',
          'only the page that opened the window is listened to',
        ],
        ['apps/assistant/src/local/server.test.ts', 'gives strangers the same bare 404 for everything'],
      ],
    },
    {
      promise:
        'What is installed on a holder’s machine needs nothing else, loads nothing that others could have put there, and trusts the desks that its administrator names.',
      tests: [
        ['tools/package.test.ts', 'serves the window that it carries, and stops in order'],
        [
          'apps/assistant/src/single-file/unpack.test.ts',
          'other content, or a file that others may write to, is replaced',
          'nor from below a folder that others may change',
        ],
        [
          'apps/assistant/src/config.test.ts',
          'refuses an operator’s file that others can write to, or that is wrong, and says where',
        ],
      ],
      open: 'Windows and macOS are not tried.',
    },
    {
      promise:
        'A port that another program holds, or that nobody holds, is passed over; no order is shown to it.',
      tests: [
        [
          pages,
          'finds the assistant behind a dead port',
          'finds the assistant behind ports that other programs hold',
          'hands its order to no origin but that of the port it opened',
        ],
      ],
    },
  ],
  'The certificate': [
    {
      promise: 'Nobody loses a day: the new term follows the old end, or today where that is past.',
      tests: [
        [
          rules,
          'follows the old end, so that nobody loses a day',
          'follows today where the old one has run out',
        ],
      ],
    },
    {
      promise: 'No term outlives the issuing CA.',
      tests: [[rules, 'never outlives the issuing CA; terms that would all end with it are one offer']],
    },
    {
      promise:
        'What differs between certificate and register stops the renewal, and the papers to bring are named.',
      tests: [
        [renewal, 'that says otherwise ends the case with what differs'],
        [
          papers,
          'several differences ask for each paper once, and for none that another difference would need',
        ],
      ],
    },
    {
      promise:
        'What to bring, and the nearest service points, are printed on one A4 page, in both languages, with long names too.',
      tests: [[points, 'fits one A4 page, with long names too']],
    },
    {
      promise:
        'Whether a number comes in is not preselected either; what was decided can be changed until it is written.',
      tests: [
        [
          pages,
          'names what is not decided about, and neither asks the server nor opens a window',
          'keeps what was decided, and takes another decision before it is written',
          'asks again about a number that is another one by now',
        ],
      ],
    },
    {
      promise: 'No term is preselected.',
      tests: [[pages, 'does not start without a term and a decision about each number, and opens no window']],
    },
  ],
  'Another CA behind the desk': [
    {
      promise:
        'The old certificate stays until the CA has confirmed the new one, which the new key has proved before.',
      tests: [
        [
          anotherCa,
          'is confirmed to the CA once the new key has proved itself, and supersedes the old certificate only then',
          'when the confirmation’s answer is lost: the old certificate stays until it is known, and a job goes on',
          'before anybody came to prove it: a job finds that out',
        ],
      ],
    },
    {
      promise:
        'Lost answers, long waits and hanging servers lose nothing, and no certificate that nobody wants stays good.',
      tests: [
        [
          anotherCa,
          'when the CA’s answer is lost: the same transaction is taken up again',
          'is polled for as long as it says, the holder is told, and the case goes on by itself',
          'when a node hangs between question and answer: another goes on, and a second certificate is revoked',
          'while the CA takes its time: what comes in the end is rejected',
        ],
      ],
      open: 'A CA that loses its answer and forgets the transaction may issue a certificate that nobody here ever sees. Tried against OpenSSL’s test server and a CA of the tests’ own; no product was.',
    },
    {
      promise:
        'What is not the CA’s answer to this very message is not believed, nor a certificate that was not asked for.',
      tests: [
        [
          'packages/pki/src/cmp/cmp.test.ts',
          'only for this transaction and this very message',
          'in no other octet than those that were protected',
        ],
        [anotherCa, 'where another key protects it'],
        ['packages/pki/src/cmp/openssl.test.ts', 'authenticates by MAC, and reads what is refused and why'],
      ],
    },
  ],
  'A certificate that is revoked': [
    {
      promise: 'It signs in nowhere from that moment on, its sessions and event streams end, on every node.',
      tests: [[wholeDesk, '%s: no sign-in, no session, no events from that moment on']],
    },
    {
      promise: 'Its CA’s lists and answers say so at once; only copies that were kept are older.',
      tests: [
        [wholeDesk, 'is told to whoever checks it, by lists and answers of any node'],
        [
          lists,
          'say what was revoked, suspended and resumed, the delta list to whoever has an earlier complete one',
          'that were written down and not signed are signed by whoever comes next, and say what was written',
        ],
        [ocsp, 'follows each change at once, on every node, whatever was asked before'],
      ],
    },
    {
      promise: 'What is published is what others can check.',
      tests: [
        [
          ocsp,
          'is told good, revoked and unknown by POST and GET, and checks chains against the lists',
          'what a CA with SM2 publishes is signed as openssl has it too',
        ],
      ],
    },
    {
      promise: 'Its encryption twin goes with it, and what lives by it ends.',
      tests: [
        [
          revoking,
          'a certificate is revoked by its serial number, with its twin, and what has to follow is queued',
        ],
        [wholeDesk, '%s: no sign-in, no session, no events from that moment on'],
      ],
    },
  ],
  'What operators order': [
    {
      promise: 'Only an operator with the role orders it, under his own signature, once and within hours.',
      tests: [
        [
          commands,
          'is good once, also when two nodes are given it at the same moment',
          'of an operator without the role is refused, and of one who was disabled',
          'that was changed on the way is refused',
        ],
      ],
    },
    {
      promise: 'What needs two people is done by two, exactly once; nobody lets in his own second self.',
      tests: [
        [
          commands,
          'is done once a second one signs the same, exactly once',
          'is not done by one person twice',
        ],
        [
          operators,
          'later ones are admitted by one operator and the passphrase, and by two as soon as there are two',
        ],
      ],
    },
  ],
  'The issuing CAs': [
    {
      promise:
        'The issuing CA is rolled over to a new key while the desk runs: what was begun before, across and after it gets a certificate that holds, and all sign in.',
      tests: [
        [
          'apps/server/src/journeys/renewal/roll-over.test.ts',
          'renewals from before, across and after a roll-over each get a certificate that holds, and its holder signs in',
          'what the issuing CAs are is in the audit log, each time that it changes',
        ],
        [
          'apps/server/src/authority/embedded/issuers.test.ts',
          'it issues from then on, and an intent from before is finished by the CA that it was written for',
        ],
        [
          'apps/server/src/authority/embedded/series.test.ts',
          'below a root that is elsewhere, by a request and what that root made of it',
        ],
      ],
    },
    {
      promise:
        'A certificate is renewed to a key pair of its own kind, or its holder is told before anything begins.',
      tests: [
        [
          renewal,
          'is of the old certificate’s kind: %s',
          'is not promised where the desk issues for no such kind of key: nothing is begun',
        ],
      ],
    },
    {
      promise:
        'An HSM that is gone loses no request, and a PIN that it refused is not tried again until somebody has changed it.',
      tests: [
        [
          'apps/server/src/authority/embedded/signers/pkcs11.test.ts',
          'that is away: issuing is unavailable, the intent stays, and is finished once the HSM is back',
          'at start is tried once and never again, until somebody has changed its file',
          'while the desk runs, is not tried by every certificate; a corrected file needs no restart',
        ],
        ['packages/pkcs11/src/generate.test.ts', 'signs, and never leaves it: %s'],
      ],
      open: 'SM2 keys in HSMs: those speak SDF (GM/T 0018), and PKCS#11 alone is there.',
    },
  ],
  'Codes of entities': [
    {
      promise:
        'A mistyped code is noticed as far as its standard promises, and a genuine one that fails is only warned of.',
      tests: [
        [
          'apps/server/src/registry/codes/uscc.test.ts',
          'one wrong character is always noticed',
          'two neighbours that changed places are always noticed',
        ],
        [
          'apps/server/src/registry/codes/organization-code.test.ts',
          'one wrong character is noticed, unless its value is the same modulo 11',
        ],
        ['apps/server/src/registry/codes/old-numbers.test.ts', 'one wrong digit is always noticed'],
        [
          'apps/server/src/registry/codes/warnings.test.ts',
          'a genuine code that fails its check digit is named as it was given',
        ],
      ],
    },
    {
      promise: 'A number that looks wrong is added to a certificate only once an operator has allowed it.',
      tests: [
        [
          'apps/server/src/registry/allowances.test.ts',
          'a number that looks wrong is added when it is allowed, and not before or after',
        ],
        [
          'apps/server/src/commands/entity.test.ts',
          'an operator with the role allows a genuine code that fails its check digit, and withdraws it',
          'an operator without the role allows nothing',
        ],
      ],
    },
  ],
  'Service points': [
    {
      promise:
        'A list is imported whole or not at all, says beforehand what it changes, and the one before is kept.',
      tests: [
        [
          pointsImport,
          'takes the place of the one before, which is kept, and says beforehand what changes',
          'with all others, each counted once',
          'and another that comes while it is written become two versions, one after the other',
        ],
      ],
    },
    {
      promise: 'The nearest come first, and none is lost.',
      tests: [
        [
          nearest,
          'no point is lost or doubled, and the order does not depend on the one before',
          'nobody stands before one who shares more of the division, or is closer and shares as much',
        ],
      ],
    },
  ],
  'The imported register': [
    {
      promise: 'A register file is imported whole or not at all, and says beforehand what it would change.',
      tests: [
        [
          registerImport,
          'when the database goes away in the middle, with half of it applied',
          'when another import is running',
          'and a CSV file with the same rows make the same register',
        ],
        [
          'apps/server/src/commands/registry.test.ts',
          'one bad line among 3,000 leaves the register as it was',
        ],
        [
          registerChanges,
          'is found by a dry run, of which nothing stays',
          'the list of changes is the difference that they made, and replacing leaves what a new register would have',
        ],
      ],
    },
    {
      promise:
        'What a spreadsheet may have changed is not taken, and no workbook takes more memory than another.',
      tests: [
        [registerImport, 'is imported as CSV is; a division may be a number, an identity number may not'],
        [
          'apps/server/src/platform/table-file/workbook/workbook.test.ts',
          'hold %s',
          'come without how their texts are spoken or look',
          'one that says it unpacks to very much, before it is unpacked',
          'one that unpacks to more than it says',
        ],
      ],
      open: 'Memory is measured (docs/performance.md), not held by a test.',
    },
    {
      promise: 'What imports changed about an entity is kept, whatever number it is looked for by.',
      tests: [
        [
          registerChanges,
          'goes on when the register is replaced, and stays when the entity is removed',
          'is found by a number that it has no longer, and says from which line of which file',
        ],
      ],
    },
  ],
  'A register over HTTP': [
    {
      promise:
        'It knows this desk by signed requests or a client certificate, and only its own answers to them are believed.',
      tests: [
        [
          httpRegister,
          'is asked by a signed request, and what it says is told with its origin',
          'one that was given to an earlier request is not',
          '“there is no such entity” is believed under a signature alone',
          'a redirect, which is not followed',
        ],
        [
          'apps/server/src/registry/http/settings.test.ts',
          'the register sees this desk’s certificate, and answers',
          'a register that does not know this desk’s issuer, or that this desk does not trust, is silent',
        ],
      ],
    },
    {
      promise:
        'When it is away nobody waits long for it, and what it said before counts for a while, with its age.',
      tests: [
        [
          httpRegister,
          'holds nobody longer than in all is allowed',
          'is not asked any more after some failures, until one question has tried it',
          'counts while it is silent, with the time at which it was said, and for so long only',
          'is forgotten when the register does not know it any more',
        ],
        [
          'apps/server/src/journeys/renewal/register-over-http.test.ts',
          'starts while it is away; a case waits for it, goes on by its answer, and keeps whose answer it was and how old',
          'is measured, and its troubles are logged without a word about the entity',
        ],
      ],
    },
  ],
  'The audit log': [
    {
      promise:
        'Everything that a person or a program did is in it, without secrets, and a change is found out.',
      tests: [
        [renewal, 'everything is in the audit log, which is whole'],
        [
          'apps/server/src/audit/audit.test.ts',
          'a chain that was recomputed without the key is found, after the last head that is right',
        ],
        [interruptions, 'when all is over the audit chain is whole to its last row'],
      ],
    },
  ],
};
