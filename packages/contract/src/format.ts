/** How pages and the assistant's window write dates and numbers. */

/**
 * Dates are those of the desk, in China's one time zone (UTC+8, no summer time), whatever the holder's computer is set
 * to: a certificate that ends on 15 January ends on that day for everybody.
 */
const zoneMs = 8 * 60 * 60 * 1000;

/** @returns `2027-01-15` */
export function day(instant: string): string {
  return new Date(Date.parse(instant) + zoneMs).toISOString().slice(0, 10);
}

/** @returns `2027-01-15 10:12` */
export function minute(instant: string): string {
  return new Date(Date.parse(instant) + zoneMs).toISOString().slice(0, 16).replace('T', ' ');
}

/** Groups of four, as people read them aloud: `9131 0000 6312 9128 9X`. */
export function inFours(number: string): string {
  return number.replace(/\s/g, '').replace(/(.{4})(?=.)/g, '$1 ');
}
