/**
 * The part of a journey's table that is the same wherever a new certificate takes the place of the old one.
 *
 * The order of things in it is what keeps the holder's key working: the old certificate is superseded only by
 * `proved`, in the transaction that stores the proof, and leaves the key only after that.
 */
import type { Transition } from '../cases/table.ts';

export type ReissueEvent =
  | 'opened'
  | 'register-matched'
  | 'register-refused'
  | 'requested'
  | 'issued'
  | 'refused'
  | 'certificate-lost'
  | 'certificate-lost-too-often'
  | 'proved'
  | 'tidied'
  | 'cancelled'
  | 'ran-out'
  | 'certificate-revoked'
  /** These two only where a new key pair is made. */
  | 'key-lost'
  | 'key-lost-too-often';

/** What a transition does beside moving the case; `effects.ts` says how. */
export type ReissueEffect =
  /** Orders given out for this case are worth nothing any more. */
  | 'close-orders'
  /** The open intent is withdrawn; a certificate that was issued but never proved is revoked. */
  | 'withdraw'
  /** What the authority is to sign is committed before it signs. */
  | 'intend'
  /** The new certificate comes into force and the old one is superseded; whoever has to know of that is told. */
  | 'supersede'
  /** The key may still hold a container of this case: removed at its next visit. */
  | 'note-leftovers';

type Writing = 'ordered' | 'issuing' | 'issued' | 'proved' | 'attention' | 'done';

/** From an order to the key as far as the certificate that is proved and in its place. */
export const writing: readonly Transition<Writing, ReissueEvent, ReissueEffect>[] = [
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
  { from: ['issued'], event: 'proved', to: 'proved', by: 'assistant', effects: ['supersede'] },
  { from: ['proved'], event: 'tidied', to: 'done', by: 'assistant', effects: ['close-orders'] },
  // Nobody came back to finish at the key: with the proof the case is complete all the same.
  {
    from: ['proved'],
    event: 'ran-out',
    to: 'done',
    by: 'clock',
    effects: ['close-orders', 'note-leftovers'],
  },
];

/** The key lost its new pair before the certificate was written: that certificate is revoked, another one issued. */
export const losingKeys: readonly Transition<Writing, ReissueEvent, ReissueEffect>[] = [
  { from: ['issued'], event: 'key-lost', to: 'issuing', by: 'assistant', effects: ['withdraw', 'intend'] },
  { from: ['issued'], event: 'key-lost-too-often', to: 'attention', by: 'assistant', effects: ['withdraw'] },
];

const undo = ['withdraw', 'close-orders', 'note-leftovers'] as const;

/** Until the new certificate is proved the holder can cancel, and an abandoned case ends by itself. */
export function endings<S extends string>(
  beforeProof: readonly S[],
): readonly Transition<S | 'cancelled' | 'expired' | 'proved' | 'done', ReissueEvent, ReissueEffect>[] {
  return [
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
}

/** Which states are open, whichever the journey. */
export const reissueStates = {
  'registry-silent': { open: true },
  checking: { open: true },
  ordered: { open: true },
  issuing: { open: true },
  issued: { open: true },
  proved: { open: true },
  attention: { open: true },
  done: { open: false },
  referred: { open: false },
  cancelled: { open: false },
  expired: { open: false },
} as const;

/** A key pair may be lost so many times before a person looks at the key. */
export const keyLossesAllowed = 3;
/** … and a certificate be withdrawn by its CA. */
export const certificateLossesAllowed = 3;
