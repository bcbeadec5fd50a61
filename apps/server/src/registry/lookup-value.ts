/** How a number is stored and looked up: NFKC, no spaces, capital letters. */
export function lookupValue(value: string): string {
  return value.normalize('NFKC').replace(/\s+/gu, '').toUpperCase();
}
