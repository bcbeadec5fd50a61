/**
 * The first two digits of every division of GB/T 2260, and what stands in genuine codes beside them: 10, registered by the
 * state's own authority, and 66, by the Xinjiang production and construction corps. The other digits are not looked at: an
 * entity keeps the code of a division that has long been merged.
 */
const provinces = new Set(
  '10 11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 66 71 81 82'.split(
    ' ',
  ),
);

/** @param digits six of them, or the first of them */
export function isKnownDivision(digits: string): boolean {
  return provinces.has(digits.slice(0, 2));
}
