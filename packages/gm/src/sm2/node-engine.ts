import { createECDH, createPrivateKey, createPublicKey, createSign, createVerify } from 'node:crypto';
import { GmError } from '../errors.ts';
import type { Sm2Engine } from './engine.ts';
import { encodePkcs8, encodeSpki } from './key-encoding.ts';
import { randomScalar } from './scalar.ts';

/**
 * OpenSSL, as Node ships it. Two things to know:
 *
 * - A key must come in through its encoding: only then does OpenSSL take it for an SM2 key. One straight from
 *   `generateKeyPairSync` is an EC key and signs ECDSA.
 * - The Sign class hashes whatever is fed to it and signs the digest without any Z of its own, so that feeding Z first makes
 *   the standard's signature. One-shot `crypto.sign` puts the Z of an empty ID in front. The tests pin this.
 */
export const nodeEngine: Sm2Engine = {
  generateScalar: randomScalar,

  publicPoint: (scalar) =>
    available(() => {
      const ecdh = createECDH('SM2');
      ecdh.setPrivateKey(scalar);
      return new Uint8Array(ecdh.getPublicKey());
    }),

  loadSigner(scalar, point) {
    const der = Buffer.from(encodePkcs8(scalar, point));
    const key = available(() => createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }));
    return {
      sign: (za, message) => new Uint8Array(createSign('sm3').update(za).update(message).sign(key)),
    };
  },

  loadVerifier(point) {
    const der = Buffer.from(encodeSpki(point));
    const key = available(() => createPublicKey({ key: der, format: 'der', type: 'spki' }));
    return {
      verify: (za, message, signature) =>
        createVerify('sm3').update(za).update(message).verify(key, signature),
    };
  },
};

/** The key was checked before: what fails here is a Node whose OpenSSL was built without SM2. */
function available<T>(load: () => T): T {
  try {
    return load();
  } catch (cause) {
    throw new GmError('engine-missing', 'SM2: not available in this build of Node', { cause });
  }
}
