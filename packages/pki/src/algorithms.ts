/** Algorithm identifiers and key kinds: RFC 3279, 4055, 5480, 5758; GM/T 0006 and GB/T 20518 for SM2. */
import { createPublicKey, ECDH } from 'node:crypto';
import { type DerReader, readDer } from './der/reader.ts';
import { encode, NULL, oid, sequence } from './der/writer.ts';
import { PkiError } from './errors.ts';

/** Kinds of key pair that certdesk issues for. */
export type KeyAlgorithm = 'sm2' | 'p256' | 'p384' | 'rsa2048' | 'rsa3072' | 'rsa4096';

export const keyAlgorithms: readonly KeyAlgorithm[] = [
  'sm2',
  'p256',
  'p384',
  'rsa2048',
  'rsa3072',
  'rsa4096',
];

/** AlgorithmIdentifier as it stands; `parameters` is the DER of what follows the identifier, if anything does. */
export interface AlgorithmIdentifier {
  readonly oid: string;
  readonly parameters?: Uint8Array;
  readonly der: Uint8Array;
}

export const OID = {
  ecPublicKey: '1.2.840.10045.2.1',
  rsaEncryption: '1.2.840.113549.1.1.1',
  curveSm2: '1.2.156.10197.1.301',
  curveP256: '1.2.840.10045.3.1.7',
  curveP384: '1.3.132.0.34',
  sm2WithSm3: '1.2.156.10197.1.501',
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
  ecdsaWithSha384: '1.2.840.10045.4.3.3',
  ecdsaWithSha512: '1.2.840.10045.4.3.4',
  sha256WithRsa: '1.2.840.113549.1.1.11',
  sha384WithRsa: '1.2.840.113549.1.1.12',
  sha512WithRsa: '1.2.840.113549.1.1.13',
} as const;

export function readAlgorithmIdentifier(reader: DerReader): AlgorithmIdentifier {
  const element = reader.next(0x30);
  const inside = reader.inside(element);
  const identifier = inside.oid();
  const parameters = inside.atEnd ? undefined : inside.next().der;
  inside.end();
  return { oid: identifier, der: element.der, ...(parameters && { parameters }) };
}

function algorithmIdentifier(identifier: string, parameters?: Uint8Array): AlgorithmIdentifier {
  const der = encode(sequence(oid(identifier), ...(parameters ? [parameters] : [])));
  return { oid: identifier, der, ...(parameters && { parameters }) };
}

/**
 * SM2-with-SM3 is written with NULL parameters. The standards' texts leave the choice open and both are read, but
 * nearly every CA's genuine certificates carry NULL, so it is what verifiers in the field have been tried with.
 */
const sm2WithSm3 = algorithmIdentifier(OID.sm2WithSm3, NULL);
const ecdsaWithSha256 = algorithmIdentifier(OID.ecdsaWithSha256);
const ecdsaWithSha384 = algorithmIdentifier(OID.ecdsaWithSha384);
const sha256WithRsa = algorithmIdentifier(OID.sha256WithRsa, NULL);

/** The signature algorithm that a key of this kind signs with, here and in the `Key` interface of `@certdesk/token`. */
export function signatureAlgorithmFor(algorithm: KeyAlgorithm): AlgorithmIdentifier {
  switch (algorithm) {
    case 'sm2':
      return sm2WithSm3;
    case 'p256':
      return ecdsaWithSha256;
    case 'p384':
      return ecdsaWithSha384;
    default:
      return sha256WithRsa;
  }
}

/** What a SubjectPublicKeyInfo announces, its key not yet looked at. */
export interface PublicKeyInfo {
  readonly family: 'sm2' | 'p256' | 'p384' | 'rsa';
  /** Modulus size in bits, for RSA. */
  readonly bits?: number;
  /** Content of subjectPublicKey: point or RSAPublicKey. */
  readonly key: Uint8Array;
}

/** OpenSSL would try larger ones too, at a price that the sender decides. */
const MAX_RSA_BITS = 8192;

/**
 * Looks into a SubjectPublicKeyInfo (RFC 5280 §4.1).
 * @throws DerError; PkiError `unsupported-key` for other kinds, curves given by parameters, compressed points,
 *   RSA moduli under 2048 or over 8192 bits
 */
export function publicKeyInfo(spki: Uint8Array): PublicKeyInfo {
  return readDer(spki, (reader) => {
    const inside = reader.sequence();
    const algorithm = inside.sequence();
    const identifier = algorithm.oid();
    const curve = identifier === OID.ecPublicKey && algorithm.peek() === 0x06 ? algorithm.oid() : undefined;
    if (identifier === OID.rsaEncryption) algorithm.null();
    else if (!curve)
      throw new PkiError('unsupported-key', `public keys of kind ${identifier} are not supported`);
    algorithm.end();
    const key = inside.bitString();
    inside.end();
    return curve ? pointInfo(curve, key) : rsaInfo(key);
  });
}

function pointInfo(curve: string, key: Uint8Array): PublicKeyInfo {
  const family =
    curve === OID.curveSm2
      ? 'sm2'
      : curve === OID.curveP256
        ? 'p256'
        : curve === OID.curveP384
          ? 'p384'
          : undefined;
  if (!family) throw new PkiError('unsupported-key', `curve ${curve} is not supported`);
  if (key[0] !== 4 || key.length !== (family === 'p384' ? 97 : 65)) {
    throw new PkiError('unsupported-key', 'the public point is not in uncompressed form');
  }
  return { family, key };
}

function rsaInfo(key: Uint8Array): PublicKeyInfo {
  const { modulus, exponent } = readDer(key, (reader) => {
    const inside = reader.sequence();
    const value = { modulus: inside.integerOctets(), exponent: inside.integerOctets() };
    inside.end();
    return value;
  });
  const significant = modulus[0] === 0 ? modulus.subarray(1) : modulus;
  const bits = significant.length * 8 - Math.clz32(significant[0] ?? 0) + 24;
  const negative = (modulus[0] ?? 0x80) >= 0x80 || (exponent[0] ?? 0x80) >= 0x80;
  if (negative || exponent.length > 8)
    throw new PkiError('unsupported-key', 'RSA modulus or exponent out of range');
  if (bits < 2048 || bits > MAX_RSA_BITS)
    throw new PkiError('unsupported-key', `RSA of ${bits} bits is not supported`);
  return { family: 'rsa', bits, key };
}

/**
 * Which of the kinds that certdesk issues for a public key is.
 * @param spki SubjectPublicKeyInfo, DER
 * @throws DerError; PkiError `unsupported-key`
 */
export function keyAlgorithmOf(spki: Uint8Array): KeyAlgorithm {
  return algorithmOf(publicKeyInfo(spki));
}

function algorithmOf({ family, bits }: PublicKeyInfo): KeyAlgorithm {
  if (family !== 'rsa') return family;
  const algorithm = `rsa${bits}`;
  const known = keyAlgorithms.find((name) => name === algorithm);
  if (!known) throw new PkiError('unsupported-key', `RSA of ${bits} bits is not issued for`);
  return known;
}

/**
 * Makes sure that a public key is one to issue for: kind known and, for curves, the point on its curve.
 * @throws DerError; PkiError `unsupported-key`, `malformed-key`
 */
export function checkPublicKey(spki: Uint8Array): KeyAlgorithm {
  const info = publicKeyInfo(spki);
  const algorithm = algorithmOf(info);
  const { family, key } = info;
  try {
    // Converting a point to its own form checks that it is on the curve, ten times as fast as importing the key.
    if (family !== 'rsa') ECDH.convertKey(key, ecdhCurve[family], undefined, undefined, 'uncompressed');
    else createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
  } catch {
    throw new PkiError('malformed-key', 'the public key is not a point of its curve or not a key');
  }
  return algorithm;
}

const ecdhCurve = { sm2: 'SM2', p256: 'prime256v1', p384: 'secp384r1' } as const;
