/**
 * The organisation code, GB 11714-1997: eight digits or capital letters and a check character. As it is looked up: without the
 * hyphen that is often set before the last.
 */

/** §4.2. */
const weights = [3, 7, 9, 10, 5, 8, 4, 2];

export function isOrganizationCodeForm(code: string): boolean {
  return /^[0-9A-Z]{8}[0-9X]$/.test(code);
}

/** Whether the last character is the one that §4.2 computes: 11 − Σ weight · value mod 11, 10 written X and 11 written 0. */
export function organizationCodeCheckDigitFits(code: string): boolean {
  if (!isOrganizationCodeForm(code)) return false;
  // As digits of base 36: 0–9 are themselves, A is 10, Z is 35.
  const sum = weights.reduce((total, weight, at) => total + weight * Number.parseInt(code[at] ?? '', 36), 0);
  return '0X987654321'[sum % 11] === code.at(-1);
}
