/**
 * Keys that sign HTTP messages. The key decides the algorithm, and `alg` is not sent (RFC 9421 §3.2): Ed25519 (§3.3.6),
 * ECDSA on P-256 with SHA-256 (§3.3.4, r and s side by side), and SM2 with SM3, for which the registry of algorithms has no
 * name: signatures are then SEQUENCE{r,s} as GM/T 0009 writes them, with the default signer ID.
 */
import { createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';
import {
  generateSoftwareKey,
  keyAlgorithmOf,
  PkiError,
  readDer,
  softwareSigner,
  verifyByKey,
} from '@certdesk/pki';

export interface MessageSigner {
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Uint8Array;
  sign(base: Uint8Array): Promise<Uint8Array> | Uint8Array;
}

export interface MessageVerifier {
  /** Its registered name, if it has one: an answer that names another algorithm is refused. */
  readonly algorithm: 'ed25519' | 'ecdsa-p256-sha256' | null;
  verifies(base: Uint8Array, signature: Uint8Array): boolean;
}

const ed25519 = '1.3.101.112';
const der = {
  privateKey: { format: 'der', type: 'pkcs8' },
  publicKey: { format: 'der', type: 'spki' },
} as const;

export const messageKeyAlgorithms = ['ed25519', 'p256', 'sm2'] as const;

/** A new pair: PKCS#8 (not encrypted) and SubjectPublicKeyInfo, both DER. */
export function generateMessageKey(algorithm: (typeof messageKeyAlgorithms)[number]): {
  privateKey: Uint8Array;
  publicKey: Uint8Array;
} {
  if (algorithm !== 'ed25519') return generateSoftwareKey(algorithm);
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return { privateKey: privateKey.export(der.privateKey), publicKey: publicKey.export(der.publicKey) };
}

/**
 * @param pkcs8 PrivateKeyInfo, DER, not encrypted
 * @throws PkiError, DerError for keys of other kinds; messages hold nothing of the key
 */
export function messageSigner(pkcs8: Uint8Array): MessageSigner {
  const options = { key: Buffer.from(pkcs8), ...der.privateKey };
  const kind = readDer(pkcs8, (reader) => {
    const inside = reader.sequence();
    inside.smallInteger();
    return inside.sequence().oid();
  });
  if (kind === ed25519) {
    const key = createPrivateKey(options);
    const publicKey = createPublicKey(key).export(der.publicKey);
    return { publicKey, sign: (base) => sign(null, base, key) };
  }
  const signer = softwareSigner(pkcs8);
  if (signer.algorithm === 'sm2') return signer;
  if (signer.algorithm !== 'p256') throw unsupported(signer.algorithm);
  const key = createPrivateKey(options);
  const { publicKey } = signer;
  return { publicKey, sign: (base) => sign('sha256', base, { key, dsaEncoding: 'ieee-p1363' }) };
}

/**
 * @param spki SubjectPublicKeyInfo, DER
 * @throws PkiError, DerError for keys of other kinds
 */
export function messageVerifier(spki: Uint8Array): MessageVerifier {
  const options = { key: Buffer.from(spki), ...der.publicKey };
  if (readDer(spki, (reader) => reader.sequence().sequence().oid()) === ed25519) {
    const key = createPublicKey(options);
    return { algorithm: 'ed25519', verifies: (base, signature) => verify(null, base, key, signature) };
  }
  const kind = keyAlgorithmOf(spki);
  if (kind === 'sm2')
    return { algorithm: null, verifies: (base, signature) => verifyByKey(spki, base, signature) };
  if (kind !== 'p256') throw unsupported(kind);
  const key = createPublicKey(options);
  return {
    algorithm: 'ecdsa-p256-sha256',
    verifies: (base, signature) => verify('sha256', base, { key, dsaEncoding: 'ieee-p1363' }, signature),
  };
}

function unsupported(kind: string): PkiError {
  return new PkiError('unsupported-key', `HTTP messages are signed with Ed25519, P-256 or SM2, not ${kind}`);
}
