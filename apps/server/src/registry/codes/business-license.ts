/**
 * The registration number of a business licence, GS 15-2006: 15 digits, of which six name the office that registered
 * first and the last is a check digit. Licences from before 2007 have numbers of no common form.
 */

export function isBusinessLicenseForm(number: string): boolean {
  return /^\d{15}$/.test(number);
}

/** GS 15-2006, annex A: the hybrid system MOD 11,10 of GB/T 17710 (ISO 7064). */
export function businessLicenseCheckDigitFits(number: string): boolean {
  if (!isBusinessLicenseForm(number)) return false;
  let product = 10;
  for (const digit of number.slice(0, 14)) product = (((product + Number(digit)) % 10 || 10) * 2) % 11;
  return (product + Number(number[14])) % 10 === 1;
}
