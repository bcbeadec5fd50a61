import { GmError } from '../errors.ts';
import { sm3 } from '../sm3.ts';
import { CURVE_BYTES } from './curve.ts';

/** The signer ID of everybody who did not agree on another one (GM/T 0009-2012 §10): the 16 characters 1234567812345678. */
export const DEFAULT_SIGNER_ID: Uint8Array = new TextEncoder().encode('1234567812345678');

/** The ID's length in bits is written in 16 bits. */
const MAX_ID_LENGTH = 0x1fff;

/** Z = SM3(bits of ID ‖ ID ‖ a ‖ b ‖ Gx ‖ Gy ‖ Px ‖ Py), GB/T 32918.2-2016 §5.5: what binds a signature to signer and key. */
export function signerDigest(point: Uint8Array, id: Uint8Array): Uint8Array {
  if (id.length > MAX_ID_LENGTH) {
    throw new GmError(
      'invalid-argument',
      `SM2: the signer ID has ${id.length} bytes, more than ${MAX_ID_LENGTH}`,
    );
  }
  const bits = id.length * 8;
  return sm3(Uint8Array.of(bits >> 8, bits & 0xff), id, CURVE_BYTES, point.subarray(1));
}
