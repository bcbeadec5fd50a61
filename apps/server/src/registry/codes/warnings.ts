/** What looks wrong with identity numbers. A warning and no verdict: genuine codes are known that fail their check digit. */
import type { IdentityKind, IdentityNumber, NumberProblem } from '@certdesk/contract';
import { lookupValue } from '../lookup-value.ts';
import { businessLicenseCheckDigitFits, isBusinessLicenseForm } from './business-license.ts';
import { isKnownDivision } from './divisions.ts';
import { isOrganizationCodeForm, organizationCodeCheckDigitFits } from './organization-code.ts';
import { taxRegistrationCheckDigitFits } from './tax-registration.ts';
import { divisionOf, isUsccForm, organizationCodeOf, usccCheckDigitFits } from './uscc.ts';

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
    const { form, checkDigitFits, division } = examine(number);
    const problems: NumberProblem[] = [];
    if (!form) problems.push('form');
    if (checkDigitFits === false) problems.push('check-digit');
    if (division !== undefined && !isKnownDivision(division)) problems.push('division-unknown');
    const differs = within !== undefined && lookupValue(number.kind, number.value) !== within;
    if (number.kind === 'organizationCode' && differs) problems.push('organization-code-differs');
    return problems.map((problem) => ({ ...number, problem }));
  });
}

/** What can be said of a number by itself. */
export interface ExaminedNumber {
  /** Whether it is written as its standard wants it; true where there is no standard. */
  readonly form: boolean;
  /** Undefined: it has no check digit. */
  readonly checkDigitFits: boolean | undefined;
  /** Six digits; undefined: it names none. */
  readonly division: string | undefined;
}

/** A number by itself, however it is written. */
export function examine({ kind, value }: IdentityNumber): ExaminedNumber {
  return byKind[kind](lookupValue(kind, value));
}

const plain: ExaminedNumber = { form: true, checkDigitFits: undefined, division: undefined };

const byKind: Readonly<Record<IdentityKind, (value: string) => ExaminedNumber>> = {
  uscc(value) {
    if (!isUsccForm(value)) return { ...plain, form: false };
    return { form: true, checkDigitFits: usccCheckDigitFits(value), division: divisionOf(value) };
  },
  organizationCode(value) {
    if (!isOrganizationCodeForm(value)) return { ...plain, form: false };
    return { ...plain, checkDigitFits: organizationCodeCheckDigitFits(value) };
  },
  businessLicense(value) {
    // The unified code took the old number's place.
    if (isUsccForm(value)) return byKind.uscc(value);
    if (!isBusinessLicenseForm(value)) return plain;
    return {
      ...plain,
      checkDigitFits: businessLicenseCheckDigitFits(value),
      division: value.slice(0, 6),
    };
  },
  taxRegistration(value) {
    // Here too; both may be 18 digits.
    if (usccCheckDigitFits(value)) return byKind.uscc(value);
    const checkDigitFits = taxRegistrationCheckDigitFits(value);
    if (checkDigitFits !== undefined) return { ...plain, checkDigitFits, division: value.slice(0, 6) };
    return isUsccForm(value) ? byKind.uscc(value) : plain;
  },
  socialInsurance: () => plain,
  housingFund: () => plain,
};
