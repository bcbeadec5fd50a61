import { randomBytes } from 'node:crypto';

/**
 * A serial number of 128 random bits, as 32 lower-case hex digits. Positive: a zero octet goes before it in DER where
 * its first bit is set (17 octets; RFC 5280 §4.1.2.2 allows 20). One that begins with a zero octet is drawn again: DER would
 * leave that octet out, and the register has serial numbers as certificates have them.
 */
export function randomSerialNumber(random: (size: number) => Uint8Array = randomBytes): string {
  for (;;) {
    const hex = Buffer.from(random(16)).toString('hex');
    if (!hex.startsWith('00')) return hex;
  }
}
