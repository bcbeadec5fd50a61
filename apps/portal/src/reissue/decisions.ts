import type { Case, Comparison, IdentityKind, IdentityNumber } from '@certdesk/contract';
import { useState } from 'preact/hooks';
import { api } from '../app/api.ts';

/** A number that the register has and the certificate lacks. */
export interface OfferedNumber extends IdentityNumber {
  /** The holder decides about an `open` one; an `unconfirmed` one is not to be had before the authority confirmed it. */
  readonly offer: 'open' | 'unconfirmed';
}

/** In the order in which the holder is asked about them. */
export function offeredNumbers(comparison: Comparison | null): OfferedNumber[] {
  return (comparison?.rows ?? []).flatMap(({ kind, register, offer }) =>
    offer !== null && kind !== 'name' && register !== null ? [{ kind, value: register, offer }] : [],
  );
}

/** By kind: true takes the number in, false leaves it out; absent, nobody has decided. */
export type Decided = ReadonlyMap<IdentityKind, boolean>;
type DecidedCase = Pick<Case, 'comparison' | 'added' | 'declined'>;

/** What stands decided in the case. A number that is another one by now is decided about anew. */
export function decidedIn({ comparison, added, declined }: DecidedCase): Decided {
  const decided = new Map<IdentityKind, boolean>();
  for (const { kind, value } of offeredNumbers(comparison)) {
    if (added.some((one) => one.kind === kind && one.value === value)) decided.set(kind, true);
    else if (declined.includes(kind)) decided.set(kind, false);
  }
  return decided;
}

/** The holder's decisions while he makes them, beginning with those that the case has. */
export function useDecisions(value: Case) {
  const [decided, setDecided] = useState(() => decidedIn(value));
  const numbers = offeredNumbers(value.comparison);
  const open = numbers.filter(({ offer }) => offer === 'open').map(({ kind }) => kind);
  return {
    numbers,
    decided,
    decide: (kind: IdentityKind, takesIn: boolean) =>
      setDecided((known) => new Map(known).set(kind, takesIn)),
    undecided: open.filter((kind) => !decided.has(kind)),
    added: open.filter((kind) => decided.get(kind) === true),
  };
}

export type Decisions = ReturnType<typeof useDecisions>;

/** Confirms what the case shows, with these numbers taken in, unless that is what stands in the case already. */
export async function confirmed(value: Case, added: readonly IdentityKind[]): Promise<Case> {
  const stands = value.added.map(({ kind }) => kind);
  const isSame = stands.length === added.length && added.every((kind) => stands.includes(kind));
  if (!value.comparison || (isSame && value.next !== 'confirm')) return value;
  return api.confirm(value.id, value.comparison, added);
}
