import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { GmError, Sm2PublicKey } from '@certdesk/gm';
import {
  type AlgorithmIdentifier,
  keyAlgorithmOf,
  OID,
  type PublicKeyInfo,
  publicKeyInfo,
  signatureAlgorithmFor,
} from './algorithms.ts';
import { PkiError } from './errors.ts';
import { lastUsed } from './last-used.ts';

/**
 * Decoding a public key costs OpenSSL as much as verifying with it, and the same keys come back: an issuer's, a client's,
 * a holder's at each step. A key is nothing secret and the same octets are always the same key.
 */
const decodedKeys = lastUsed<KeyObject>((spki) =>
  createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' }),
);
const decodedPoints = lastUsed((point) => Sm2PublicKey.fromPoint(point));

interface Scheme {
  readonly families: readonly PublicKeyInfo['family'][];
  readonly hash: string;
  /** Whether NULL and whether nothing may stand as parameters. */
  readonly parameters: 'null-or-absent' | 'absent';
}

const ecdsa = (hash: string): Scheme => ({ families: ['p256', 'p384'], hash, parameters: 'absent' });
const rsa = (hash: string): Scheme => ({ families: ['rsa'], hash, parameters: 'null-or-absent' });

const schemes: ReadonlyMap<string, Scheme> = new Map([
  [OID.sm2WithSm3, { families: ['sm2'], hash: 'sm3', parameters: 'null-or-absent' }],
  [OID.ecdsaWithSha256, ecdsa('sha256')],
  [OID.ecdsaWithSha384, ecdsa('sha384')],
  [OID.ecdsaWithSha512, ecdsa('sha512')],
  [OID.sha256WithRsa, rsa('sha256')],
  [OID.sha384WithRsa, rsa('sha384')],
  [OID.sha512WithRsa, rsa('sha512')],
]);

/**
 * Whether a signature over `message` holds under a public key. SM2 uses the default signer ID.
 * A signature or key that is malformed, or a key of another kind than the algorithm's, is simply no valid one.
 * @param spki SubjectPublicKeyInfo, DER
 * @param signature as it stands in a certificate: DER SEQUENCE{r,s} for SM2 and ECDSA, octets for RSA
 * @throws PkiError `unsupported-algorithm` for one that is unknown, outdated (SHA-1, MD5) or has other parameters
 *   than its standard says; `unsupported-key` for a key that no supported algorithm can use
 */
export function verifySignature(
  spki: Uint8Array,
  signatureAlgorithm: AlgorithmIdentifier,
  message: Uint8Array,
  signature: Uint8Array,
): boolean {
  const scheme = schemeOf(signatureAlgorithm);
  const { family, key } = publicKeyInfo(spki);
  if (!scheme.families.includes(family)) return false;
  if (family === 'sm2') return verifySm2(key, message, signature);
  try {
    const publicKey = decodedKeys.of(spki);
    return verify(scheme.hash, message, { key: publicKey, dsaEncoding: 'der' }, signature);
  } catch {
    return false;
  }
}

/**
 * Whether a key made this signature with the one algorithm that keys of its kind sign with here (`signatureAlgorithmFor`,
 * the `Key` interface): for signatures that carry no algorithm identifier of their own. Never throws.
 * @param spki SubjectPublicKeyInfo, DER
 */
export function verifyByKey(spki: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  try {
    return verifySignature(spki, signatureAlgorithmFor(keyAlgorithmOf(spki)), message, signature);
  } catch (error) {
    if (error instanceof PkiError) return false;
    throw error;
  }
}

function schemeOf({ oid, parameters }: AlgorithmIdentifier): Scheme {
  const scheme = schemes.get(oid);
  if (!scheme) throw new PkiError('unsupported-algorithm', `signature algorithm ${oid} is not supported`);
  const isNull = parameters?.length === 2 && parameters[0] === 0x05 && parameters[1] === 0;
  if (parameters && !(isNull && scheme.parameters === 'null-or-absent')) {
    throw new PkiError(
      'unsupported-algorithm',
      `signature algorithm ${oid} with parameters that its standard excludes`,
    );
  }
  return scheme;
}

function verifySm2(point: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  try {
    return decodedPoints.of(point).verify(message, signature);
  } catch (error) {
    if (error instanceof GmError && error.code === 'invalid-public-key') return false;
    throw error;
  }
}
