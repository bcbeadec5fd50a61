/** The unified social credit code, GB 32100-2015: 18 characters, the last a check character. */

/** §4.2: digits and capital letters without I, O, S, V, Z; a character's place is its value. */
export const usccAlphabet = '0123456789ABCDEFGHJKLMNPQRTUWXY';

/** §4.6: 3^(i−1) mod 31. */
const weights = Array.from({ length: 17 }, (_, at) => 3 ** at % 31);

/** Whether it has 18 characters of the code's alphabet, the division (characters 3 to 8) in digits. */
export function isUsccForm(code: string): boolean {
  return (
    code.length === 18 &&
    [...code].every((character) => usccAlphabet.includes(character)) &&
    /^..\d{6}/.test(code)
  );
}

/** Whether the last character is the one that GB 32100-2015 §4.6 computes. A few genuine codes fail this. */
export function usccCheckDigitFits(code: string): boolean {
  return isUsccForm(code) && usccCheckCharacter(code) === code[17];
}

/** (31 − Σ weight · value mod 31) mod 31 over the first 17 characters, as a character. */
function usccCheckCharacter(code: string): string | undefined {
  const sum = weights.reduce((total, weight, at) => total + weight * usccAlphabet.indexOf(code[at] ?? ''), 0);
  return usccAlphabet[(31 - (sum % 31)) % 31];
}
