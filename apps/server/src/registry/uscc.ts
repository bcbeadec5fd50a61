/** The unified social credit code, GB 32100-2015: 18 characters, the last a check digit. */

/** §4.2: digits and capital letters without I, O, S, V, Z; a character's place is its value. */
const alphabet = '0123456789ABCDEFGHJKLMNPQRTUWXY';

/** §4.6: 3^(i−1) mod 31. */
const weights = Array.from({ length: 17 }, (_, at) => 3 ** at % 31);

/** Whether it has 18 characters of the code's alphabet, the division in digits. */
export function isUsccForm(code: string): boolean {
  return (
    code.length === 18 &&
    [...code].every((character) => alphabet.includes(character)) &&
    /^..\d{6}/.test(code)
  );
}

/** Whether the last character is the one that GB 32100-2015 computes. A few genuine codes fail this. */
export function usccCheckDigitFits(code: string): boolean {
  const sum = weights.reduce((total, weight, at) => total + weight * alphabet.indexOf(code[at] ?? ''), 0);
  return isUsccForm(code) && alphabet[(31 - (sum % 31)) % 31] === code[17];
}
