import { GmError, type GmErrorCode } from './index.ts';

/** Bytes of hexadecimal digits; white space is for the reader. */
export function hex(digits: string): Uint8Array {
  return new Uint8Array(Buffer.from(digits.replaceAll(/\s/g, ''), 'hex'));
}

/** UTF-8 bytes. */
export function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** A copy with the lowest bit of one byte flipped. */
export function flipped(bytes: Uint8Array, at: number): Uint8Array {
  const copy = new Uint8Array(bytes);
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
}

/** The code of the GmError that `body` throws, 'none' when it returns; any other error goes on. */
export function gmErrorOf(body: () => unknown): GmErrorCode | 'none' {
  try {
    body();
    return 'none';
  } catch (error) {
    if (error instanceof GmError) return error.code;
    throw error;
  }
}
