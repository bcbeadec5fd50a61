import { createPublicKey, type JsonWebKey } from 'node:crypto';
import { type KeyAlgorithm, keyAlgorithmOf, PkiError } from '@certdesk/pki';
import type { Attributes } from './attributes.ts';
import { CKA, CKK } from './constants.ts';

/** Algorithms that PKCS#11 v2.40 knows and that are used here; SM2 is not among them. */
export type Pkcs11Algorithm = Exclude<KeyAlgorithm, 'sm2'>;

/** The attributes that `publicKeyOf` needs. */
export const PUBLIC_KEY_ATTRIBUTES: readonly number[] = [
  CKA.KEY_TYPE,
  CKA.MODULUS,
  CKA.PUBLIC_EXPONENT,
  CKA.EC_PARAMS,
  CKA.EC_POINT,
];

interface Curve {
  readonly algorithm: 'p256' | 'p384';
  readonly name: 'P-256' | 'P-384';
  /** Octets of a coordinate. */
  readonly size: number;
  /** DER of its object identifier, CKA_EC_PARAMS. */
  readonly params: Uint8Array;
}

export const CURVES: readonly Curve[] = [
  { algorithm: 'p256', name: 'P-256', size: 32, params: Buffer.from('06082a8648ce3d030107', 'hex') },
  { algorithm: 'p384', name: 'P-384', size: 48, params: Buffer.from('06052b81040022', 'hex') },
];

/**
 * The public key of a public or private key object (a private RSA key shows both its numbers).
 * @returns SubjectPublicKeyInfo, DER; undefined for a key of another kind, or whose public part is not shown
 */
export function publicKeyOf(
  attributes: Attributes,
): { algorithm: Pkcs11Algorithm; publicKey: Uint8Array } | undefined {
  const jwk = jwkOf(attributes);
  if (!jwk) return undefined;
  try {
    const publicKey = new Uint8Array(
      createPublicKey({ key: jwk, format: 'jwk' }).export({ format: 'der', type: 'spki' }),
    );
    const algorithm = keyAlgorithmOf(publicKey);
    return algorithm === 'sm2' ? undefined : { algorithm, publicKey };
  } catch (error) {
    // A point that is not on its curve, a size that nobody uses: not one of ours, and no reason to hide the others.
    if (error instanceof PkiError || error instanceof Error) return undefined;
    throw error;
  }
}

function jwkOf(attributes: Attributes): JsonWebKey | undefined {
  const base64url = (octets: Uint8Array) => Buffer.from(octets).toString('base64url');
  const octets = (type: number) => {
    const value = attributes[type];
    return value instanceof Uint8Array && value.length > 0 ? value : undefined;
  };
  if (attributes[CKA.KEY_TYPE] === CKK.RSA) {
    const [n, e] = [octets(CKA.MODULUS), octets(CKA.PUBLIC_EXPONENT)];
    return n && e && { kty: 'RSA', n: base64url(n), e: base64url(e) };
  }
  if (attributes[CKA.KEY_TYPE] !== CKK.EC) return undefined;
  const [params, stored] = [octets(CKA.EC_PARAMS), octets(CKA.EC_POINT)];
  const curve = params && CURVES.find((one) => Buffer.compare(one.params, params) === 0);
  const point = curve && stored && pointOf(stored, 1 + 2 * curve.size);
  if (!point) return undefined;
  const [x, y] = [point.subarray(1, 1 + curve.size), point.subarray(1 + curve.size)];
  return { kty: 'EC', crv: curve.name, x: base64url(x), y: base64url(y) };
}

/** CKA_EC_POINT is an uncompressed point in a DER OCTET STRING; some modules leave that out. */
function pointOf(stored: Uint8Array, length: number): Uint8Array | undefined {
  const header = stored.length - length;
  if (header !== 0 && !(header > 1 && stored[0] === 0x04 && stored[header - 1] === length)) return undefined;
  const point = stored.subarray(header);
  return point[0] === 0x04 ? point : undefined;
}
