/** SM2 values between their DER forms and SKF's structures. */
import { Sm2PublicKey } from '@certdesk/gm';
import { type DerReader, der, readDer, readEnvelopedKey } from '@certdesk/pki';
import { KeyError } from '../errors.ts';
import { lie } from './codes.ts';
import { type Abi, readStructure, rightAligned, scalarIn, writeStructure } from './structures.ts';

const SM4_ECB = 0x401;
const SM2_BITS = 256;
const SCALAR = 32;

/** @returns undefined where the library writes an empty structure for a pair that is not there */
export function publicKeyOf(blob: Uint8Array, abi: Abi): Sm2PublicKey | undefined {
  const { BitLen, XCoordinate, YCoordinate } = readStructure('ECCPUBLICKEYBLOB', blob, abi);
  if (BitLen === 0 && XCoordinate.every((byte) => byte === 0)) return undefined;
  if (BitLen !== SM2_BITS) throw lie(`a public key of ${BitLen} bits`);
  try {
    const point = Buffer.concat([Uint8Array.of(4), scalarIn(XCoordinate), scalarIn(YCoordinate)]);
    return Sm2PublicKey.fromPoint(point);
  } catch {
    throw lie('a public key that is no point of the curve');
  }
}

/** @returns SM2Signature (GM/T 0009), DER */
export function signatureOf(blob: Uint8Array, abi: Abi): Uint8Array {
  const { r, s } = readStructure('ECCSIGNATUREBLOB', blob, abi);
  try {
    return der.encode(der.sequence(der.unsignedInteger(scalarIn(r)), der.unsignedInteger(scalarIn(s))));
  } catch {
    throw lie('a signature of more than 256 bits');
  }
}

/**
 * @param ciphertext SM2Cipher (GM/T 0009), DER
 * @returns ECCCIPHERBLOB
 * @throws KeyError `envelope-invalid`
 */
export function cipherBlob(ciphertext: Uint8Array, abi: Abi): Uint8Array {
  const { x, y, hash, cipher } = partsOf(ciphertext);
  const values = {
    XCoordinate: rightAligned(x),
    YCoordinate: rightAligned(y),
    HASH: hash,
    CipherLen: cipher.length,
  };
  return writeStructure('ECCCIPHERBLOB', values, abi, cipher);
}

function partsOf(ciphertext: Uint8Array) {
  try {
    return readDer(ciphertext, (reader) => {
      const inside = reader.sequence();
      const [x, y] = [coordinate(inside), coordinate(inside)];
      const hash = inside.octetString();
      const cipher = inside.octetString();
      inside.end();
      if (hash.length !== 32 || cipher.length === 0) throw new RangeError('no SM2Cipher');
      return { x, y, hash, cipher };
    });
  } catch (cause) {
    throw new KeyError('envelope-invalid', { detail: 'not an SM2Cipher', cause });
  }
}

function coordinate(reader: DerReader): Uint8Array {
  const octets = reader.integerOctets();
  const value = octets[0] === 0 ? octets.subarray(1) : octets;
  if (value.length > SCALAR || (octets[0] ?? 0) >= 0x80) throw new RangeError('no coordinate');
  return value;
}

/**
 * Arranges a twin key for SKF_ImportECCKeyPair. Nothing is decrypted for it, nor could it be: blocks of ECB may be moved about.
 * Where D stands alone under SM4, the half beside it is no ciphertext of zeros, and libraries that look there refuse it.
 * @param envelope SM2EnvelopedKey (GM/T 0009 §7.4), DER
 * @param half of the 64 bytes where the library looks for D
 * @returns ENVELOPEDKEYBLOB, and the public key that it is for
 * @throws KeyError `envelope-invalid`
 */
export function envelopedKeyBlob(
  envelope: Uint8Array,
  half: 'left' | 'right',
  abi: Abi,
): { blob: Uint8Array; publicKey: Sm2PublicKey } {
  const { wrappedKey, encryptedKey, publicKey } = envelopeParts(envelope);
  const point = publicKey.toPoint();
  const values = {
    Version: 1,
    ulSymmAlgID: SM4_ECB,
    ulBits: SM2_BITS,
    cbEncryptedPriKey: arranged(encryptedKey, half),
    PubKeyBitLen: SM2_BITS,
    PubKeyXCoordinate: rightAligned(point.subarray(1, 1 + SCALAR)),
    PubKeyYCoordinate: rightAligned(point.subarray(1 + SCALAR)),
  };
  return { blob: writeStructure('ENVELOPEDKEYBLOB', values, abi, cipherBlob(wrappedKey, abi)), publicKey };
}

function envelopeParts(envelope: Uint8Array) {
  try {
    const { wrappedKey, encryptedKey, point } = readEnvelopedKey(envelope);
    if (![SCALAR, 2 * SCALAR].includes(encryptedKey.length)) throw new RangeError('neither 32 nor 64 bytes');
    return { wrappedKey, encryptedKey, publicKey: Sm2PublicKey.fromPoint(point) };
  } catch (cause) {
    throw new KeyError('envelope-invalid', { detail: 'not an SM2EnvelopedKey', cause });
  }
}

function arranged(encryptedKey: Uint8Array, half: 'left' | 'right'): Uint8Array {
  if (half === 'right') return rightAligned(encryptedKey);
  const field = new Uint8Array(2 * SCALAR);
  field.set(encryptedKey.subarray(-SCALAR));
  return field;
}
