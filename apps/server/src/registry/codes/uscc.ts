/**
 * The unified social credit code, GB 32100-2015 §4: 18 characters. 1: department that registers, 2: kind of entity,
 * 3–8: division (GB/T 2260) where it was given out, 9–17: organisation code (GB 11714), 18: check character.
 */

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

/** Six digits, GB/T 2260: where the code was given out, which need not be where the entity is today. */
export function divisionOf(uscc: string): string | undefined {
  return isUsccForm(uscc) ? uscc.slice(2, 8) : undefined;
}

/** The organisation code that the entity had before, or was given with this one: nine characters without a hyphen. */
export function organizationCodeOf(uscc: string): string | undefined {
  return isUsccForm(uscc) ? uscc.slice(8, 17) : undefined;
}
