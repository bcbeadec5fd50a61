/**
 * Tax registration numbers from before the unified code. An organisation's has 15 characters: the division's six digits and
 * its organisation code. A trader's is his citizen's number (15 or 18 characters), with two digits behind it where he has
 * several. Offices gave out others as well, of which nothing can be said.
 */
import { isOrganizationCodeForm, organizationCodeCheckDigitFits } from './organization-code.ts';

/** Whether its check character fits; undefined where its form has none. */
export function taxRegistrationCheckDigitFits(number: string): boolean | undefined {
  const organizationCode = number.slice(6);
  if (/^\d{6}/.test(number) && organizationCode.length === 9 && isOrganizationCodeForm(organizationCode)) {
    return organizationCodeCheckDigitFits(organizationCode) || isOldCitizenNumber(number);
  }
  const citizen = /^(\d{17}[\dX])(\d\d)?$/.exec(number)?.[1];
  return citizen === undefined ? undefined : citizenCheckDigitFits(citizen);
}

/** 15 digits until 1999: division, date of birth as yymmdd, and three more; without a check digit. */
function isOldCitizenNumber(number: string): boolean {
  return /^\d{8}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])\d{3}$/.test(number);
}

/** GB 11643-1999 §5: MOD 11-2 of GB/T 17710 (ISO 7064). */
function citizenCheckDigitFits(number: string): boolean {
  const sum = [...number].reduce(
    (total, character) => (total * 2 + (character === 'X' ? 10 : Number(character))) % 11,
    0,
  );
  return sum === 1;
}
