import type { Sm2PrivateKey } from '@certdesk/gm';
import { openEnvelopedKey, PkiError } from '@certdesk/pki';
import { KeyError } from './errors.ts';

/**
 * Opens a twin encryption key as a key does it inside.
 * @param envelope SM2EnvelopedKey (GM/T 0009 §7.4), DER
 * @param signingKey the holder's signing key
 * @returns the key pair, of which the public half was compared with the envelope's
 * @throws KeyError `envelope-invalid`; `public-key-mismatch` if the private key does not belong to the public one
 */
export function openTwinEnvelope(envelope: Uint8Array, signingKey: Sm2PrivateKey): Sm2PrivateKey {
  try {
    return openEnvelopedKey(envelope, signingKey);
  } catch (error) {
    if (!(error instanceof PkiError)) throw error;
    if (error.code === 'key-mismatch') throw new KeyError('public-key-mismatch', { cause: error });
    throw new KeyError('envelope-invalid', { detail: error.code, cause: error });
  }
}
