import { SM3_LENGTH, sm3 } from '../sm3.ts';

/**
 * The key derivation function of GB/T 32918.4-2016 §5.4.3 over x2 ‖ y2: SM3 with a 32-bit counter from 1.
 * @returns `length` bytes, or undefined when all of them are zero, which both sides must refuse
 */
export function deriveMask(x2: Uint8Array, y2: Uint8Array, length: number): Uint8Array | undefined {
  const mask = new Uint8Array(length);
  const counter = Buffer.alloc(4);
  for (let block = 0; block * SM3_LENGTH < length; block++) {
    counter.writeUInt32BE(block + 1);
    const at = block * SM3_LENGTH;
    mask.set(sm3(x2, y2, counter).subarray(0, length - at), at);
  }
  return mask.some((byte) => byte !== 0) ? mask : undefined;
}
