/** What a certificate says of its entity beside what the register says, without I/O. */
import type { ComparisonRow, IdentityKind, IdentityNumber } from '@certdesk/contract';
import { organizationCodeOf } from './codes/uscc.ts';
import { lookupValue } from './lookup-value.ts';

export interface Subject {
  readonly name: string;
  readonly numbers: readonly IdentityNumber[];
}

/** How names and numbers are compared: NFKC, one kind of brackets, no spaces, capital letters. */
export function normalised(text: string): string {
  return text
    .normalize('NFKC')
    .replace(/[[{〔【〈《「『]/gu, '(')
    .replace(/[\]}〕】〉》」』]/gu, ')')
    .replace(/\s+/gu, '')
    .toUpperCase();
}

/** Of the time before the unified code: an entity may still have them, and its certificate may be of that time. */
const oldCodes: readonly IdentityKind[] = ['organizationCode', 'taxRegistration', 'businessLicense'];

/**
 * Rows in the order in which people read them: the unit, social insurance, housing fund; what is on offer in the order of
 * `offered`.
 * - The unit is known by its unified code where the certificate has one, else by its old codes. The organisation code is
 *   part of the unified code (GB 32100-2015 §4.1), so a register that keeps only the latter still says the former.
 * - An old code that the register does not keep any more stops nothing where the unit is known without it.
 * @param offered kinds of number that the certificate may take in
 * @param isConfirmed whether a number may be taken in, that is whether it looks right or the authority has said so
 */
export function compare(
  certificate: Subject,
  register: Subject,
  offered: readonly IdentityKind[],
  isConfirmed: (number: IdentityNumber) => boolean = () => true,
): ComparisonRow[] {
  const mine = valuesOf(certificate);
  const theirs = valuesOf(register);
  const within = organizationCodeOf(lookupValue('uscc', theirs.get('uscc') ?? ''));
  if (within && mine.has('organizationCode') && !theirs.has('organizationCode'))
    theirs.set('organizationCode', within);
  const same = (kind: IdentityKind) => equal(kind, mine.get(kind), theirs.get(kind));
  const known = mine.has('uscc') ? same('uscc') : same('organizationCode');
  const keepsOldCodes = !theirs.has('uscc');

  const resultOf = (kind: IdentityKind): ComparisonRow['result'] => {
    if (!mine.has(kind)) return 'only-register';
    if (theirs.has(kind)) return same(kind) ? 'same' : 'differs';
    return known && oldCodes.includes(kind) ? 'only-certificate' : 'differs';
  };
  const row = (kind: IdentityKind, group: ComparisonRow['group']): ComparisonRow[] => {
    const register = theirs.get(kind) ?? null;
    const isOffered = !mine.has(kind) && offered.includes(kind);
    const shown = mine.has(kind) || isOffered || keepsOldCodes || !oldCodes.includes(kind);
    if (!shown || (!mine.has(kind) && register === null)) return [];
    const offer =
      !isOffered || register === null
        ? null
        : isConfirmed({ kind, value: register })
          ? 'open'
          : 'unconfirmed';
    return [{ kind, group, certificate: mine.get(kind) ?? null, register, result: resultOf(kind), offer }];
  };

  const name: ComparisonRow = {
    kind: 'name',
    group: 'unit',
    certificate: certificate.name,
    register: register.name,
    result: normalised(certificate.name) === normalised(register.name) ? 'same' : 'differs',
    offer: null,
  };
  const rows = [
    name,
    ...(['uscc', ...oldCodes] as const).flatMap((kind) => row(kind, 'unit')),
    ...row('socialInsurance', 'socialInsurance'),
    ...row('housingFund', 'housingFund'),
  ];
  const placeOf = ({ kind, offer }: ComparisonRow) =>
    offer === null || kind === 'name' ? -1 : offered.indexOf(kind);
  return rows.toSorted((a, b) => placeOf(a) - placeOf(b));
}

/** The confirmations that these rows ask for, in their order. */
export function groupsOf(rows: readonly ComparisonRow[]): ComparisonRow['group'][] {
  const groups = ['unit', 'socialInsurance', 'housingFund'] as const;
  return groups.filter((group) => rows.some((row) => row.group === group));
}

export function allMatch(rows: readonly ComparisonRow[]): boolean {
  return rows.every((row) => row.result !== 'differs');
}

/** The numbers that the holder decides about. */
export function openOffers(rows: readonly ComparisonRow[]): IdentityNumber[] {
  return rows.flatMap(({ kind, register, offer }) =>
    offer === 'open' && kind !== 'name' && register !== null ? [{ kind, value: register }] : [],
  );
}

function valuesOf({ numbers }: Subject): Map<IdentityKind, string> {
  return new Map(numbers.map(({ kind, value }) => [kind, value]));
}

function equal(kind: IdentityKind, one: string | undefined, other: string | undefined): boolean {
  if (one === undefined || other === undefined) return false;
  return normalised(lookupValue(kind, one)) === normalised(lookupValue(kind, other));
}
