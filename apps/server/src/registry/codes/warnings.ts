/** What looks wrong with identity numbers. A warning and no verdict: genuine codes are known that fail their check digit. */
import type { IdentityKind, IdentityNumber } from '@certdesk/contract';
import { lookupValue } from '../lookup-value.ts';
import { businessLicenseCheckDigitFits, isBusinessLicenseForm } from './business-license.ts';
import { isKnownDivision } from './divisions.ts';
import { isOrganizationCodeForm, organizationCodeCheckDigitFits } from './organization-code.ts';
import { taxRegistrationCheckDigitFits } from './tax-registration.ts';
import { divisionOf, isUsccForm, organizationCodeOf, usccCheckDigitFits } from './uscc.ts';

/** `organization-code-differs`: the unified code beside it has another organisation code in it. */
export type NumberProblem = 'form' | 'check-digit' | 'division-unknown' | 'organization-code-differs';

export interface CodeWarning extends IdentityNumber {
  readonly problem: NumberProblem;
}

/**
 * @param numbers of one entity, as they stand in a certificate or in a register
 * @returns what is wrong with each, in their order, the values as they were given; none for a kind of number that has no check digit
 */
export function codeWarnings(numbers: readonly IdentityNumber[]): CodeWarning[] {
  const uscc = numbers.find(({ kind }) => kind === 'uscc');
  const within = uscc && organizationCodeOf(lookupValue('uscc', uscc.value));
  return numbers.flatMap((number) => {
    const value = lookupValue(number.kind, number.value);
    const problems = problemsOf[number.kind](value);
    if (number.kind === 'organizationCode' && within !== undefined && value !== within)
      problems.push('organization-code-differs');
    return problems.map((problem) => ({ ...number, problem }));
  });
}

const none = (): NumberProblem[] => [];

const problemsOf: Readonly<Record<IdentityKind, (value: string) => NumberProblem[]>> = {
  uscc(value) {
    const division = divisionOf(value);
    if (division === undefined) return ['form'];
    return found(division, usccCheckDigitFits(value));
  },
  organizationCode(value) {
    if (!isOrganizationCodeForm(value)) return ['form'];
    return organizationCodeCheckDigitFits(value) ? [] : ['check-digit'];
  },
  businessLicense(value) {
    if (isUsccForm(value)) return problemsOf.uscc(value);
    if (!isBusinessLicenseForm(value)) return [];
    return found(value.slice(0, 6), businessLicenseCheckDigitFits(value));
  },
  taxRegistration(value) {
    // The unified code took the old number's place; both may be 18 digits.
    if (isUsccForm(value) && usccCheckDigitFits(value)) return problemsOf.uscc(value);
    const fits = taxRegistrationCheckDigitFits(value);
    if (fits === undefined) return isUsccForm(value) ? problemsOf.uscc(value) : [];
    return found(value.slice(0, 6), fits);
  },
  socialInsurance: none,
  housingFund: none,
};

function found(division: string, checkDigitFits: boolean): NumberProblem[] {
  return [
    ...(checkDigitFits ? [] : (['check-digit'] as const)),
    ...(isKnownDivision(division) ? [] : (['division-unknown'] as const)),
  ];
}
