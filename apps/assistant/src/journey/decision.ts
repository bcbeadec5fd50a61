import { type Case, IdentityKind } from '@certdesk/contract';
import type { Decided } from './desk-client.ts';

/** What was asked for on the command line: kinds that come in, or kinds that are left out. Neither: all come in. */
export interface Wish {
  readonly add?: readonly string[];
  readonly decline?: readonly string[];
}

/** What was asked for cannot be had; its message says what is on offer. */
export class NotOnOffer extends Error {
  override readonly name = 'NotOnOffer';
}

/** @throws NotOnOffer for a kind of number that there is not, wherever it would be asked for */
export function checkKinds({ add = [], decline = [] }: Wish): void {
  const unknown = [...add, ...decline].filter((kind) => !IdentityKind.safeParse(kind).success);
  if (unknown.length > 0)
    throw new NotOnOffer(
      `No kind of number: ${unknown.join(', ')}. There are ${IdentityKind.options.join(', ')}.`,
    );
}

/**
 * Decides about each number that the register has and the certificate lacks.
 * @throws NotOnOffer for a number that is not on offer
 */
export function decide({ rows }: NonNullable<Case['comparison']>, { add, decline }: Wish): Decided {
  const offered = rows.flatMap(({ kind, offer }) => (kind !== 'name' && offer === 'open' ? [kind] : []));
  const missing = [...(add ?? []), ...(decline ?? [])].filter((kind) => !offered.some((one) => one === kind));
  if (missing.length > 0)
    throw new NotOnOffer(
      `Not on offer: ${missing.join(', ')}. On offer: ${offered.join(', ') || 'nothing'}.`,
    );
  const comesIn = (kind: string) => (add ? add.includes(kind) : !decline?.includes(kind));
  return {
    added: offered.filter(comesIn),
    declined: offered.filter((kind) => !comesIn(kind)),
  };
}
