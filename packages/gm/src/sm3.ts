import { createHash } from 'node:crypto';

/** Length of an SM3 digest in bytes. */
export const SM3_LENGTH = 32;

/** SM3 digest (GB/T 32905-2016), 32 bytes, of the concatenation of `data`. */
export function sm3(...data: Uint8Array[]): Uint8Array {
  const hash = createHash('sm3');
  for (const part of data) hash.update(part);
  return new Uint8Array(hash.digest());
}
