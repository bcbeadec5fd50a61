import { timingSafeEqual } from 'node:crypto';
import { GmError } from '../errors.ts';
import { sm3 } from '../sm3.ts';
import type { CiphertextParts } from './ciphertext.ts';
import { type CurvePoint, decodePoint, G, toFieldBytes, toNumber } from './curve.ts';
import { deriveMask } from './kdf.ts';
import { randomScalar } from './scalar.ts';

/**
 * SM2 public-key encryption, GB/T 32918.4-2016 §6.1.
 * @param plain at least one byte
 * @param nextScalar where each ephemeral k (32 bytes, 1…n−2) comes from: known-answer tests bring their own
 */
export function encryptTo(
  recipient: CurvePoint,
  plain: Uint8Array,
  nextScalar: () => Uint8Array = randomScalar,
): CiphertextParts {
  if (plain.length === 0) throw new GmError('invalid-argument', 'SM2: nothing to encrypt');
  for (;;) {
    const k = toNumber(nextScalar());
    const { x2, y2 } = sharedPoint(recipient, k);
    const mask = deriveMask(x2, y2, plain.length);
    // An all-zero mask would send the plaintext itself: one in 256 for a single byte. The standard draws another k.
    if (!mask) continue;
    return { c1: G.multiply(k).toBytes(false), c2: xor(plain, mask), c3: sm3(x2, plain, y2) };
  }
}

/**
 * SM2 decryption, GB/T 32918.4-2016 §7.1.
 * @throws GmError `invalid-ciphertext` when C1 is off the curve (answering for such points would give the key away bit by bit),
 * `decryption-failed` when it was made for another key or altered
 */
export function decryptWith(scalar: Uint8Array, { c1, c2, c3 }: CiphertextParts): Uint8Array {
  const ephemeral = decodePoint(c1);
  if (!ephemeral) throw new GmError('invalid-ciphertext', 'SM2: the ciphertext holds no point of the curve');
  const { x2, y2 } = sharedPoint(ephemeral, toNumber(scalar));
  const mask = deriveMask(x2, y2, c2.length);
  if (mask) {
    const plain = xor(c2, mask);
    if (timingSafeEqual(sm3(x2, plain, y2), c3)) return plain;
  }
  throw new GmError('decryption-failed', 'SM2: encrypted for another key, or altered');
}

function sharedPoint(point: CurvePoint, scalar: bigint): { x2: Uint8Array; y2: Uint8Array } {
  const { x, y } = point.multiply(scalar).toAffine();
  return { x2: toFieldBytes(x), y2: toFieldBytes(y) };
}

function xor(data: Uint8Array, mask: Uint8Array): Uint8Array {
  return Uint8Array.from(data, (byte, i) => byte ^ (mask[i] ?? 0));
}
