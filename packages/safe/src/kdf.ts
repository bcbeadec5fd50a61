import { scrypt } from 'node:crypto';
import { SafeError } from './errors.ts';

/** The cost of scrypt (RFC 7914 §2): N = 2^logN, block size r, parallelization p. Memory 128·N·r bytes, time ∝ N·r·p. */
export interface KdfCost {
  readonly logN: number;
  readonly r: number;
  readonly p: number;
}

/** 128 MiB and about half a second for each guess of a passphrase. */
export const DEFAULT_COST: KdfCost = { logN: 17, r: 8, p: 1 };

export const KEY_LENGTH = 32;
export const SALT_LENGTH = 16;

/** A hostile file must not make its reader spend more than this: 1 GiB of memory, and eight times the default work. */
const MAX_LOG_N = 20;
const MAX_MEMORY = 2 ** 30;
const MAX_WORK = 2 ** 23;

/** Whether a cost can be computed at all, and within bounds. */
export function isAcceptableCost({ logN, r, p }: KdfCost): boolean {
  if (![logN, r, p].every((value) => Number.isSafeInteger(value) && value >= 1)) return false;
  if (logN > MAX_LOG_N) return false;
  const n = 2 ** logN;
  return 128 * n * r <= MAX_MEMORY && n * r * p <= MAX_WORK;
}

/**
 * The AES key of a passphrase. The passphrase is brought to NFC first (RFC 8265 §4.2): the same characters typed on another
 * system open the safe.
 */
export function deriveKey(passphrase: string, salt: Uint8Array, { logN, r, p }: KdfCost): Promise<Buffer> {
  const N = 2 ** logN;
  // OpenSSL counts a little more than the 128·N·r of the standard.
  const maxmem = 128 * (N + p + 2) * r + 2 ** 20;
  return new Promise((resolve, reject) => {
    scrypt(passphrase.normalize('NFC'), salt, KEY_LENGTH, { N, r, p, maxmem }, (error, key) => {
      if (error) reject(new SafeError('invalid-argument', 'scrypt refused its cost', { cause: error }));
      else resolve(key);
    });
  });
}
