/** Signature algorithms by name, and whether a signature holds: for looking at certificates, old ones too, not for trusting them. */
import { createPublicKey, verify } from 'node:crypto';
import { type AlgorithmIdentifier, OID } from '../algorithms.ts';
import { PkiError } from '../errors.ts';
import { verifySignature } from '../signature.ts';

interface KnownAlgorithm {
  readonly name: string;
  readonly family: 'sm2' | 'ecdsa' | 'rsa' | 'pss' | 'eddsa' | 'dsa';
  /** As Node names it. */
  readonly digest?: string;
  /** Digest that collisions are known of, by the name that people know. */
  readonly weak?: string;
}

const rsa = '1.2.840.113549.1.1.';
const ecdsa = '1.2.840.10045.4.';
const known: ReadonlyMap<string, KnownAlgorithm> = new Map<string, KnownAlgorithm>([
  [OID.sm2WithSm3, { name: 'SM2 with SM3', family: 'sm2' }],
  [`${rsa}2`, { name: 'RSA with MD2', family: 'rsa', weak: 'MD2' }],
  [`${rsa}4`, { name: 'RSA with MD5', family: 'rsa', digest: 'md5', weak: 'MD5' }],
  [`${rsa}5`, { name: 'RSA with SHA-1', family: 'rsa', digest: 'sha1', weak: 'SHA-1' }],
  [`${rsa}10`, { name: 'RSASSA-PSS', family: 'pss' }],
  [OID.sha256WithRsa, { name: 'RSA with SHA-256', family: 'rsa', digest: 'sha256' }],
  [OID.sha384WithRsa, { name: 'RSA with SHA-384', family: 'rsa', digest: 'sha384' }],
  [OID.sha512WithRsa, { name: 'RSA with SHA-512', family: 'rsa', digest: 'sha512' }],
  [`${ecdsa}1`, { name: 'ECDSA with SHA-1', family: 'ecdsa', digest: 'sha1', weak: 'SHA-1' }],
  [OID.ecdsaWithSha256, { name: 'ECDSA with SHA-256', family: 'ecdsa', digest: 'sha256' }],
  [OID.ecdsaWithSha384, { name: 'ECDSA with SHA-384', family: 'ecdsa', digest: 'sha384' }],
  [OID.ecdsaWithSha512, { name: 'ECDSA with SHA-512', family: 'ecdsa', digest: 'sha512' }],
  ['1.2.840.10040.4.3', { name: 'DSA with SHA-1', family: 'dsa', digest: 'sha1', weak: 'SHA-1' }],
  ['1.3.101.112', { name: 'Ed25519', family: 'eddsa' }],
  ['1.3.101.113', { name: 'Ed448', family: 'eddsa' }],
]);

export function knownSignatureAlgorithm(oid: string): KnownAlgorithm | undefined {
  return known.get(oid);
}

/** `unsupported`: it could not be checked, which says nothing about it. */
export type SignatureState = 'holds' | 'broken' | 'unsupported';

/** What is signed, by which algorithm, and the signature. */
export interface SignedOctets {
  readonly algorithm: AlgorithmIdentifier;
  readonly signed: Uint8Array;
  readonly signature: Uint8Array;
}

/**
 * Whether a key made a signature, by algorithms and key lengths too that nothing else here accepts any more. Never throws.
 * @param spki SubjectPublicKeyInfo, DER
 */
export function signatureState(
  spki: Uint8Array,
  { algorithm, signed, signature }: SignedOctets,
): SignatureState {
  try {
    return verifySignature(spki, algorithm, signed, signature) ? 'holds' : 'broken';
  } catch (error) {
    if (!(error instanceof PkiError)) throw error;
  }
  const { family, digest } = known.get(algorithm.oid) ?? {};
  if (!family || family === 'sm2' || family === 'pss' || (!digest && family !== 'eddsa'))
    return 'unsupported';
  try {
    const key = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
    const types = { rsa: ['rsa'], ecdsa: ['ec'], dsa: ['dsa'], eddsa: ['ed25519', 'ed448'] }[family];
    if (!types.includes(key.asymmetricKeyType ?? '')) return 'broken';
    return verify(digest, signed, key, signature) ? 'holds' : 'broken';
  } catch {
    return 'unsupported';
  }
}
