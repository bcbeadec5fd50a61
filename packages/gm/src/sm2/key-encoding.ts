import { DerReader, encode, encodeUnsigned, Tag } from '../der.ts';
import { GmError } from '../errors.ts';
import { FIELD_LENGTH } from './curve.ts';

/** id-ecPublicKey, 1.2.840.10045.2.1 */
const EC_PUBLIC_KEY = encode(Tag.oid, Uint8Array.of(0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01));
/** sm2p256v1, 1.2.156.10197.1.301 */
const SM2_CURVE = encode(Tag.oid, Uint8Array.of(0x2a, 0x81, 0x1c, 0xcf, 0x55, 0x01, 0x82, 0x2d));
const ALGORITHM = Buffer.concat([EC_PUBLIC_KEY, SM2_CURVE]);

/** SubjectPublicKeyInfo (RFC 5280 §4.1) of an uncompressed point. */
export function encodeSpki(point: Uint8Array): Uint8Array {
  return encode(Tag.sequence, encode(Tag.sequence, ALGORITHM), bitString(point));
}

/** PrivateKeyInfo (RFC 5208) with an ECPrivateKey (RFC 5915) that holds both halves, as `openssl genpkey` writes it. */
export function encodePkcs8(scalar: Uint8Array, point: Uint8Array): Uint8Array {
  const ecPrivateKey = encode(
    Tag.sequence,
    encodeUnsigned(Uint8Array.of(1)),
    encode(Tag.octetString, scalar),
    encode(Tag.context1, bitString(point)),
  );
  return encode(
    Tag.sequence,
    encodeUnsigned(Uint8Array.of(0)),
    encode(Tag.sequence, ALGORITHM),
    encode(Tag.octetString, ecPrivateKey),
  );
}

/** The point inside an SM2 SubjectPublicKeyInfo, not yet checked to be on the curve. */
export function decodeSpki(der: Uint8Array): Uint8Array {
  return reading('invalid-public-key', 'SubjectPublicKeyInfo', der, (reader) =>
    reader.inside(Tag.sequence, (spki) => {
      requireSm2(spki);
      return readBitString(spki);
    }),
  );
}

/** The halves inside an SM2 PrivateKeyInfo, not yet checked against each other. Attributes are refused: nobody would read them. */
export function decodePkcs8(der: Uint8Array): { scalar: Uint8Array; point: Uint8Array | undefined } {
  return reading('invalid-private-key', 'PKCS#8 PrivateKeyInfo', der, (reader) =>
    reader.inside(Tag.sequence, (info) => {
      requireVersion(info, 0);
      requireSm2(info);
      return new DerReader(info.read(Tag.octetString)).inside(Tag.sequence, readEcPrivateKey);
    }),
  );
}

function readEcPrivateKey(reader: DerReader): { scalar: Uint8Array; point: Uint8Array | undefined } {
  requireVersion(reader, 1);
  const scalar = reader.read(Tag.octetString);
  if (scalar.length !== FIELD_LENGTH) throw new RangeError('private key is not 32 bytes');
  if (reader.next === Tag.context0) reader.inside(Tag.context0, (curve) => requireOid(curve, SM2_CURVE));
  const point = reader.next === Tag.context1 ? reader.inside(Tag.context1, readBitString) : undefined;
  return { scalar, point };
}

function reading<T>(
  code: 'invalid-public-key' | 'invalid-private-key',
  what: string,
  der: Uint8Array,
  body: (reader: DerReader) => T,
): T {
  try {
    const reader = new DerReader(der);
    const result = body(reader);
    reader.end();
    return result;
  } catch (cause) {
    if (cause instanceof GmError) throw cause;
    throw new GmError(code, `SM2: not a DER ${what}`, { cause });
  }
}

function requireVersion(reader: DerReader, version: number): void {
  if (reader.readUnsigned(1)[0] !== version) throw new RangeError('unknown version');
}

function requireSm2(reader: DerReader): void {
  const algorithm = reader.read(Tag.sequence);
  if (!ALGORITHM.equals(algorithm)) {
    throw new GmError('unsupported-key', 'SM2: a key of another algorithm or curve');
  }
}

function requireOid(reader: DerReader, oid: Uint8Array): void {
  if (!Buffer.from(encode(Tag.oid, reader.read(Tag.oid))).equals(oid)) {
    throw new GmError('unsupported-key', 'SM2: a key of another curve');
  }
}

function bitString(bytes: Uint8Array): Uint8Array {
  return encode(Tag.bitString, Uint8Array.of(0), bytes);
}

function readBitString(reader: DerReader): Uint8Array {
  const content = reader.read(Tag.bitString);
  if (content[0] !== 0) throw new RangeError('BIT STRING has unused bits');
  return content.subarray(1);
}
