import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { Sm2PrivateKey } from '@certdesk/gm';
import { type KeyAlgorithm, keyAlgorithmOf, OID } from './algorithms.ts';
import { readDer } from './der/reader.ts';
import { PkiError } from './errors.ts';

/** Whoever holds a private key and signs with it: software here, a token or an HSM elsewhere. */
export interface Signer {
  readonly algorithm: KeyAlgorithm;
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Uint8Array;
  /**
   * Hashes and signs a message: SM3 with the default signer ID for SM2, SHA-256 for P-256 and RSA (PKCS#1 v1.5),
   * SHA-384 for P-384.
   * @returns DER SEQUENCE{r,s} for SM2 and ECDSA, octets for RSA
   */
  sign(message: Uint8Array): Promise<Uint8Array> | Uint8Array;
}

/**
 * A signer that keeps its private key in memory.
 * @param pkcs8 PrivateKeyInfo, DER, not encrypted
 * @throws DerError; PkiError `malformed-key`, `unsupported-key`. Messages hold nothing of the key.
 */
export function softwareSigner(pkcs8: Uint8Array): Signer {
  return isSm2(pkcs8) ? sm2Signer(pkcs8) : nodeSigner(pkcs8);
}

function isSm2(pkcs8: Uint8Array): boolean {
  return readDer(pkcs8, (reader) => {
    const inside = reader.sequence();
    inside.smallInteger();
    const algorithm = inside.sequence();
    const identifier = algorithm.oid();
    const sm2 =
      identifier === OID.ecPublicKey && algorithm.peek() === 0x06 && algorithm.oid() === OID.curveSm2;
    return sm2;
  });
}

function sm2Signer(pkcs8: Uint8Array): Signer {
  const key = orMalformed(() => Sm2PrivateKey.fromPkcs8(pkcs8));
  return { algorithm: 'sm2', publicKey: key.publicKey.toSpki(), sign: (message) => key.sign(message) };
}

function nodeSigner(pkcs8: Uint8Array): Signer {
  const key = orMalformed(() => createPrivateKey({ key: Buffer.from(pkcs8), format: 'der', type: 'pkcs8' }));
  const publicKey = new Uint8Array(createPublicKey(key).export({ format: 'der', type: 'spki' }));
  const algorithm = keyAlgorithmOf(publicKey);
  const hash = algorithm === 'p384' ? 'sha384' : 'sha256';
  return { algorithm, publicKey, sign: (message) => sign(hash, message, { key, dsaEncoding: 'der' }) };
}

function orMalformed<T>(read: () => T): T {
  try {
    return read();
  } catch {
    // The cause is left out: what a crypto library says of a private key does not belong in a log.
    throw new PkiError('malformed-key', 'the private key cannot be read');
  }
}

/** A new key pair in memory: PKCS#8 (not encrypted) and SubjectPublicKeyInfo, both DER. */
export function generateSoftwareKey(algorithm: KeyAlgorithm): {
  privateKey: Uint8Array;
  publicKey: Uint8Array;
} {
  if (algorithm === 'sm2') {
    const key = Sm2PrivateKey.generate();
    return { privateKey: key.toPkcs8(), publicKey: key.publicKey.toSpki() };
  }
  const { privateKey, publicKey } = generateNodeKey(algorithm);
  return {
    privateKey: new Uint8Array(privateKey.export({ format: 'der', type: 'pkcs8' })),
    publicKey: new Uint8Array(publicKey.export({ format: 'der', type: 'spki' })),
  };
}

function generateNodeKey(algorithm: Exclude<KeyAlgorithm, 'sm2'>): {
  privateKey: KeyObject;
  publicKey: KeyObject;
} {
  switch (algorithm) {
    case 'p256':
      return generateKeyPairSync('ec', { namedCurve: 'P-256' });
    case 'p384':
      return generateKeyPairSync('ec', { namedCurve: 'P-384' });
    case 'rsa2048':
      return generateKeyPairSync('rsa', { modulusLength: 2048 });
    case 'rsa3072':
      return generateKeyPairSync('rsa', { modulusLength: 3072 });
    case 'rsa4096':
      return generateKeyPairSync('rsa', { modulusLength: 4096 });
  }
}
