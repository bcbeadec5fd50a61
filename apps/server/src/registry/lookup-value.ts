import type { IdentityKind } from '@certdesk/contract';

/** GB 11714: the check character of an organisation code may be set off by a hyphen; it is the same code without. */
const hyphened = /^([0-9A-Z]{8})-([0-9X])$/;

/** How a number is stored and looked up: NFKC, no spaces, capital letters; an organisation code without its hyphen. */
export function lookupValue(kind: IdentityKind, value: string): string {
  const plain = value.normalize('NFKC').replace(/\s+/gu, '').toUpperCase();
  return kind === 'organizationCode' ? plain.replace(hyphened, '$1$2') : plain;
}
