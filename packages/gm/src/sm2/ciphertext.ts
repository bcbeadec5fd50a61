import { DerReader, encode, encodeUnsigned, Tag } from '../der.ts';
import { GmError } from '../errors.ts';
import { SM3_LENGTH } from '../sm3.ts';
import { FIELD_LENGTH, POINT_LENGTH } from './curve.ts';

/**
 * How an SM2 ciphertext is written down:
 * - `asn1`: SM2Cipher, DER SEQUENCE { X INTEGER, Y INTEGER, hash OCTET STRING, cipher OCTET STRING } (GM/T 0009-2012 §7.2)
 * - `c1c3c2`: 04 ‖ X ‖ Y ‖ hash ‖ cipher (GB/T 32918.4-2016)
 */
export type CiphertextForm = 'asn1' | 'c1c3c2';

/** The parts by their names in GB/T 32918.4. */
export interface CiphertextParts {
  /** The ephemeral point, 04 ‖ X ‖ Y. */
  c1: Uint8Array;
  /** The masked plaintext. */
  c2: Uint8Array;
  /** The SM3 digest over x2 ‖ plaintext ‖ y2. */
  c3: Uint8Array;
}

export function encodeCiphertext({ c1, c2, c3 }: CiphertextParts, form: CiphertextForm): Uint8Array {
  if (form === 'c1c3c2') return new Uint8Array(Buffer.concat([c1, c3, c2]));
  return encode(
    Tag.sequence,
    encodeUnsigned(c1.subarray(1, 1 + FIELD_LENGTH)),
    encodeUnsigned(c1.subarray(1 + FIELD_LENGTH)),
    encode(Tag.octetString, c3),
    encode(Tag.octetString, c2),
  );
}

/** @throws GmError `invalid-ciphertext`. Whether c1 is on the curve is for the caller to check. */
export function decodeCiphertext(bytes: Uint8Array, form: CiphertextForm): CiphertextParts {
  const parts = form === 'c1c3c2' ? split(bytes) : readSm2Cipher(bytes);
  if (parts.c2.length === 0) throw new GmError('invalid-ciphertext', 'SM2: the ciphertext is empty');
  return parts;
}

function split(bytes: Uint8Array): CiphertextParts {
  if (bytes.length < POINT_LENGTH + SM3_LENGTH) {
    throw new GmError('invalid-ciphertext', 'SM2: the ciphertext is too short');
  }
  return {
    c1: bytes.subarray(0, POINT_LENGTH),
    c3: bytes.subarray(POINT_LENGTH, POINT_LENGTH + SM3_LENGTH),
    c2: bytes.subarray(POINT_LENGTH + SM3_LENGTH),
  };
}

function readSm2Cipher(bytes: Uint8Array): CiphertextParts {
  try {
    const outer = new DerReader(bytes);
    const parts = outer.inside(Tag.sequence, (reader) => {
      const x = reader.readUnsigned(FIELD_LENGTH);
      const y = reader.readUnsigned(FIELD_LENGTH);
      const c3 = reader.read(Tag.octetString);
      if (c3.length !== SM3_LENGTH) throw new RangeError('hash is not 32 bytes');
      const c2 = reader.read(Tag.octetString);
      return { c1: Buffer.concat([Uint8Array.of(0x04), x, y]), c2, c3 };
    });
    outer.end();
    return parts;
  } catch (cause) {
    throw new GmError('invalid-ciphertext', 'SM2: not a DER SM2Cipher', { cause });
  }
}
