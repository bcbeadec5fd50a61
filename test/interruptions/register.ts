/** The register as stories have it: what it says of any entity that it is asked for. */
import type { IdentityKind, IdentityNumber } from '@certdesk/contract';
import type { RegistryAnswer } from '../../apps/server/src/registry/registry.ts';

/** It says what the certificate says, two numbers more, something else, or nothing. */
export type RegisterMood = 'matches' | 'knows-more' | 'differs' | 'silent';

/** Of the two numbers that it knows beside the certificate's, the one that the holder takes in … */
export const takenIn: IdentityKind = 'socialInsurance';
/** … and the one that he leaves out. */
export const leftOut: IdentityKind = 'housingFund';

/** The unified code of the company with this number among those of a stage. */
export const usccOf = (company: number): string => `9131010666943${String(company).padStart(4, '0')}F`;

/** What the register knows beside a unified code; no two companies have the same. */
export function moreNumbers(uscc: string): IdentityNumber[] {
  const own = uscc.slice(13, 17);
  return [
    { kind: takenIn, value: `003122${own}` },
    { kind: leftOut, value: `10028837${own}` },
  ];
}

export function registerSays(
  mood: RegisterMood,
  { numbers, name }: { readonly numbers: readonly IdentityNumber[]; readonly name: string },
  now: Date,
): RegistryAnswer {
  if (mood === 'silent') return { kind: 'silent', askedAt: now };
  const known = [...numbers];
  const uscc = numbers.find(({ kind }) => kind === 'uscc');
  if (mood === 'knows-more' && uscc)
    known.push(
      ...moreNumbers(uscc.value).filter(({ kind }) => !numbers.some((number) => number.kind === kind)),
    );
  return {
    kind: 'found',
    entity: { name: mood === 'differs' ? `${name}(旧)` : name, state: 'active', numbers: known },
    askedAt: now,
    origin: { register: 'table', reference: 'test', saidAt: now },
  };
}
