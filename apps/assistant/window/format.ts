/** The day in China of an instant: certificates, entities and counters are there. */
export function day(instant: string): string {
  const china = new Date(Date.parse(instant) + 8 * 3_600_000);
  return china.toISOString().slice(0, 10);
}

/** A number that people read aloud, in groups of four. */
export function inFours(text: string): string {
  return text.replace(/(.{4})(?=.)/g, '$1 ');
}
