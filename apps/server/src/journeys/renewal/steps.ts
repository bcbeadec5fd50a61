/**
 * Renewal as one table. The diagram in docs/renewal.md is drawn from it.
 *
 * The order of things in it is what keeps the holder's key working: the old certificate is superseded only by
 * `proved`, in the transaction that stores the proof, and leaves the key only after that.
 */
import type { RenewalState } from '@certdesk/contract';
import type { JourneyTable, Transition } from '../../cases/table.ts';

export type RenewalEvent =
  | 'opened'
  | 'register-matched'
  | 'register-refused'
  | 'confirmed'
  | 'term-chosen'
  | 'requested'
  | 'issued'
  | 'refused'
  | 'certificate-lost'
  | 'certificate-lost-too-often'
  | 'key-lost'
  | 'key-lost-too-often'
  | 'proved'
  | 'tidied'
  | 'cancelled'
  | 'ran-out'
  | 'certificate-revoked';

/** What a transition does beside moving the case; `effects.ts` says how. */
export type RenewalEffect =
  /** Orders given out for this case are worth nothing any more. */
  | 'close-orders'
  /** The open intent is withdrawn; a certificate that was issued but never proved is revoked. */
  | 'withdraw'
  /** What the authority is to sign is committed before it signs. */
  | 'intend'
  /** The new certificate comes into force and the old one is superseded. */
  | 'supersede'
  /** The key may still hold a container of this case: removed at its next visit. */
  | 'note-leftovers';

/** Until the new certificate is proved the holder can cancel, and an abandoned case ends by itself. */
const beforeProof = [
  'registry-silent',
  'checking',
  'confirmed',
  'ordered',
  'issuing',
  'issued',
  'attention',
] as const;
const undo = ['withdraw', 'close-orders', 'note-leftovers'] as const;

const transitions: readonly Transition<RenewalState, RenewalEvent, RenewalEffect>[] = [
  { from: [null], event: 'opened', to: 'registry-silent', by: 'holder', effects: [] },

  // The register is asked again for as long as nobody has chosen a term; its answer may change.
  {
    from: ['registry-silent', 'checking', 'confirmed'],
    event: 'register-matched',
    to: 'checking',
    by: 'register',
    effects: [],
  },
  {
    from: ['registry-silent', 'checking', 'confirmed'],
    event: 'register-refused',
    to: 'referred',
    by: 'register',
    effects: [],
  },

  { from: ['checking'], event: 'confirmed', to: 'confirmed', by: 'holder', effects: [] },
  // Choosing again is allowed until a key has asked for a certificate; orders for the former choice are closed.
  {
    from: ['confirmed', 'ordered'],
    event: 'term-chosen',
    to: 'ordered',
    by: 'holder',
    effects: ['close-orders'],
  },

  { from: ['ordered'], event: 'requested', to: 'issuing', by: 'assistant', effects: ['intend'] },
  { from: ['issuing'], event: 'issued', to: 'issued', by: 'authority', effects: [] },
  // Another CA may say no, and may withdraw what it issued as long as it is not confirmed: then it is asked again.
  { from: ['issuing'], event: 'refused', to: 'attention', by: 'authority', effects: ['withdraw'] },
  {
    from: ['issued'],
    event: 'certificate-lost',
    to: 'issuing',
    by: 'authority',
    effects: ['withdraw', 'intend'],
  },
  {
    from: ['issued'],
    event: 'certificate-lost-too-often',
    to: 'attention',
    by: 'authority',
    effects: ['withdraw'],
  },
  // The key lost its new pair before the certificate was written: that certificate is revoked, another one issued.
  { from: ['issued'], event: 'key-lost', to: 'issuing', by: 'assistant', effects: ['withdraw', 'intend'] },
  { from: ['issued'], event: 'key-lost-too-often', to: 'attention', by: 'assistant', effects: ['withdraw'] },

  { from: ['issued'], event: 'proved', to: 'proved', by: 'assistant', effects: ['supersede'] },
  { from: ['proved'], event: 'tidied', to: 'done', by: 'assistant', effects: ['close-orders'] },
  // Nobody came back to remove the old container: the renewal is complete all the same.
  {
    from: ['proved'],
    event: 'ran-out',
    to: 'done',
    by: 'clock',
    effects: ['close-orders', 'note-leftovers'],
  },

  { from: beforeProof, event: 'cancelled', to: 'cancelled', by: 'holder', effects: undo },
  { from: beforeProof, event: 'ran-out', to: 'expired', by: 'clock', effects: undo },

  // The old certificate was revoked, or the new one: nothing goes on by the strength of it.
  { from: beforeProof, event: 'certificate-revoked', to: 'cancelled', by: 'staff', effects: undo },
  {
    from: ['proved'],
    event: 'certificate-revoked',
    to: 'done',
    by: 'staff',
    effects: ['close-orders', 'note-leftovers'],
  },
];

export const renewalTable: JourneyTable<RenewalState, RenewalEvent, RenewalEffect> = {
  journey: 'renewal',
  changesCertificate: true,
  states: {
    'registry-silent': { open: true },
    checking: { open: true },
    confirmed: { open: true },
    ordered: { open: true },
    issuing: { open: true },
    issued: { open: true },
    proved: { open: true },
    attention: { open: true },
    done: { open: false },
    referred: { open: false },
    cancelled: { open: false },
    expired: { open: false },
  },
  transitions,
};

/** A key pair may be lost so many times before a person looks at the key. */
export const keyLossesAllowed = 3;
/** … and a certificate be withdrawn by its CA. */
export const certificateLossesAllowed = 3;
