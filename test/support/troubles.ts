// Every trouble that a holder can meet, and the screens that say what to do: the tests of portal and window look at each
// of these screens, and docs/screens.md shows them.

/** As the tests name them: `portal/…` in apps/portal/src/fakes, `window/…` in apps/assistant/window. */
export type ScreenName = `${'portal' | 'window'}/${string}`;

export interface Trouble {
  readonly what: string;
  readonly screens: readonly [ScreenName, ...ScreenName[]];
}

export const troubles: Readonly<Record<string, readonly Trouble[]>> = {
  'Key and assistant': [
    { what: 'No key is in', screens: ['window/key wanted, key-missing', 'portal/trouble-key-missing'] },
    { what: 'Several keys are in', screens: ['window/several keys'] },
    { what: 'Two certificates are on the key', screens: ['window/two certificates on a key'] },
    {
      what: 'Another key than the one signed in with',
      screens: [
        'window/key wanted, order-other-key',
        'portal/other-certificate',
        'portal/trouble-order-other-key',
      ],
    },
    { what: 'The key is lost or broken', screens: ['portal/lost-key', 'portal/trouble-key-failed'] },
    {
      what: 'There is no certificate on the key',
      screens: ['window/key wanted, key-no-certificate', 'portal/trouble-key-no-certificate'],
    },
    { what: 'Another program holds the key', screens: ['portal/trouble-key-busy', 'window/own, busy key'] },
    {
      what: 'The key is pulled out',
      screens: ['window/key wanted, key-removed', 'window/PIN again', 'portal/writing-stopped'],
    },
    {
      what: 'The driver of its maker is missing',
      screens: ['window/failed, key-library-missing', 'portal/trouble-key-library-missing'],
    },
    { what: 'The driver gives no answer', screens: ['portal/trouble-key-library-hung'] },
    { what: 'The driver stopped working', screens: ['portal/trouble-key-library-crashed'] },
    { what: 'The assistant is not installed or not running', screens: ['portal/no-assistant'] },
    { what: 'The assistant is too old', screens: ['portal/assistant-outdated'] },
    { what: 'The assistant is busy', screens: ['window/refused, order-busy', 'portal/trouble-order-busy'] },
    {
      what: 'The assistant finds no way to the server',
      screens: [
        'window/waiting for the server',
        'window/failed, assistant-no-server',
        'portal/trouble-assistant-no-server',
      ],
    },
    {
      what: 'The assistant does not trust the page',
      screens: ['window/empty', 'portal/trouble-order-untrusted'],
    },
    {
      what: 'The assistant was closed meanwhile',
      screens: ['window/gone', 'portal/trouble-assistant-stopped', 'window/own window gone'],
    },
    { what: 'The browser blocks the window', screens: ['portal/window-blocked'] },
    { what: 'The window was closed', screens: ['portal/window-closed', 'portal/writing-window-closed'] },
    { what: 'The holder declined', screens: ['window/declined', 'portal/window-declined'] },
    { what: 'The browser is too old', screens: ['portal/old-browser'] },
  ],
  'The PIN': [
    { what: 'Wrong, with tries left', screens: ['window/PIN, incorrect', 'portal/trouble-pin-incorrect'] },
    {
      what: 'Wrong, and the key tells no number',
      screens: ['window/PIN, incorrect and low', 'portal/trouble-pin-incorrect-unknown'],
    },
    { what: 'Of a form that no PIN has', screens: ['window/PIN, format'] },
    {
      what: 'Before the last try it is asked',
      screens: ['window/PIN, last-try', 'window/PIN, final try', 'window/last try of the own window'],
    },
    { what: 'The first PIN has to be changed', screens: ['portal/trouble-pin-expired'] },
    {
      what: 'Locked',
      screens: [
        'window/failed, pin-locked',
        'window/key locked',
        'portal/trouble-pin-locked',
        'portal/not-open',
      ],
    },
  ],
  'The certificate': [
    { what: 'Of another authority', screens: ['portal/certificate-foreign'] },
    { what: 'Not in the register', screens: ['portal/certificate-unknown'] },
    { what: 'Not valid yet', screens: ['portal/certificate-not-yet-valid'] },
    { what: 'Expired: only a renewal is possible', screens: ['portal/agreement-expired'] },
    {
      what: 'Expired too long ago',
      screens: ['portal/certificate-expired-too-long', 'portal/offer-too-late'],
    },
    { what: 'Replaced by a newer one', screens: ['portal/certificate-superseded'] },
    { what: 'Revoked', screens: ['portal/certificate-revoked'] },
    { what: 'Suspended', screens: ['portal/certificate-suspended'] },
    {
      what: 'Of a region that is not served',
      screens: ['portal/served-no', 'window/key wanted, region-not-served', 'portal/region-not-served'],
    },
  ],
  'Adding numbers': [
    { what: 'Nothing is there to add', screens: ['portal/amendment-nothing-found'] },
    { what: 'The certificate ends soon', screens: ['portal/amendment-near-end'] },
    { what: 'The certificate has expired', screens: ['portal/amendment-expired'] },
    { what: 'The certificate is not valid yet', screens: ['portal/amendment-not-yet-valid'] },
    { what: 'The desk issues for no such kind of key', screens: ['portal/amendment-key-kind'] },
    { what: 'The certificate has been replaced', screens: ['portal/amendment-superseded'] },
    { what: 'The register is silent', screens: ['portal/amendment-waiting'] },
    { what: 'A number differs from the register’s', screens: ['portal/amendment-mismatch'] },
    {
      what: 'A number looks wrong, and nobody has confirmed it',
      screens: ['portal/amendment-only-unconfirmed'],
    },
    {
      what: 'A decision is missing',
      screens: ['portal/amendment-undecided', 'portal/numbers-undecided', 'portal/check-undecided'],
    },
    { what: 'Other numbers are on offer by now', screens: ['portal/number-not-offered'] },
    { what: 'Nothing was taken in', screens: ['portal/amendment-all-declined'] },
    { what: 'It is not on the key yet', screens: ['portal/amendment-proved', 'portal/amendment-unwritten'] },
  ],
  'The renewal': [
    { what: 'Too early', screens: ['portal/offer-too-early'] },
    { what: 'The desk issues for no such kind of key', screens: ['portal/offer-key-kind'] },
    { what: 'It has a price', screens: ['portal/offer-payment'] },
    { what: 'The register is silent', screens: ['portal/waiting'] },
    { what: 'Certificate and register differ', screens: ['portal/mismatch'] },
    { what: 'The register changed meanwhile', screens: ['portal/comparison-changed'] },
    { what: 'The register does not know the company', screens: ['portal/unknown-entity'] },
    { what: 'The register has the company in a region that is not served', screens: ['portal/elsewhere'] },
    { what: 'The company is closed', screens: ['portal/closed-entity'] },
    { what: 'The agreement changed meanwhile', screens: ['portal/agreement-outdated'] },
    { what: 'No room on the key', screens: ['window/failed, key-no-room', 'portal/trouble-key-no-room'] },
    {
      what: 'No room for a second key pair, and the one on the key may stay',
      screens: ['portal/check-twins', 'window/PIN, the same pair', 'window/PIN, perhaps the same pair'],
    },
    {
      what: 'The key takes no encryption key',
      screens: ['window/failed, key-no-twin', 'portal/trouble-key-no-twin'],
    },
    { what: 'The new encryption key was not proved', screens: ['portal/trouble-proof-encryption'] },
    {
      what: 'The keeper of encryption keys does not answer, or refuses',
      screens: ['portal/trouble-key-management-unavailable', 'portal/trouble-encryption-pair-bound'],
    },
    { what: 'The key is of a kind that does not fit', screens: ['portal/trouble-key-algorithm'] },
    { what: 'The key lost its new key pair several times', screens: ['portal/attention'] },
    { what: 'Another CA takes its time', screens: ['portal/awaited'] },
    { what: 'Another CA refused', screens: ['portal/refused', 'portal/trouble-issuing-refused'] },
    { what: 'Another CA withdrew the new certificate', screens: ['portal/trouble-issuing-lost'] },
    { what: 'The order has run out', screens: ['portal/trouble-order-stale'] },
    { what: 'Another case is unfinished', screens: ['portal/resume', 'portal/case-open'] },
    { what: 'No term was chosen', screens: ['portal/check-no-term'] },
    { what: 'A case was cancelled', screens: ['portal/cancelled'] },
  ],
  'The desk': [
    { what: 'The session has ended', screens: ['portal/session-ended'] },
    { what: 'Closed for maintenance', screens: ['portal/maintenance', 'portal/maintenance-meanwhile'] },
    { what: 'The server cannot be reached', screens: ['portal/server-unreachable'] },
    { what: 'Nothing can be stored at the moment', screens: ['portal/server-error'] },
    { what: 'Nothing can be issued at the moment', screens: ['portal/trouble-authority-unavailable'] },
    { what: 'Too many requests', screens: ['portal/too-many-requests'] },
    { what: 'An address that does not exist', screens: ['portal/not-found', 'portal/case-not-found'] },
    {
      what: 'Something that nobody expected',
      screens: ['portal/trouble-from-the-future', 'portal/internal'],
    },
  ],
};

const all = new Set<string>(
  Object.values(troubles).flatMap((group) => group.flatMap(({ screens }) => screens)),
);
export const isOfTrouble = (screen: ScreenName): boolean => all.has(screen);
