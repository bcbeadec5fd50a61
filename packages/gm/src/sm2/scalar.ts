import { randomBytes } from 'node:crypto';
import { FIELD_LENGTH, ORDER, toNumber } from './curve.ts';

/** Whether these 32 bytes are a private key: 1…n−2 (GB/T 32918.1-2016 §6.1; n−1 has no inverse of 1+d, so cannot sign). */
export function isPrivateScalar(bytes: Uint8Array): boolean {
  if (bytes.length !== FIELD_LENGTH) return false;
  const value = toNumber(bytes);
  return value >= 1n && value <= ORDER - 2n;
}

/** A uniform scalar in 1…n−2 by rejection: no bias, and practically never a second try. */
export function randomScalar(): Uint8Array {
  for (;;) {
    const bytes = new Uint8Array(randomBytes(FIELD_LENGTH));
    if (isPrivateScalar(bytes)) return bytes;
  }
}
