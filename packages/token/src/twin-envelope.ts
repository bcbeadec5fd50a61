import { type GmError, Sm2PrivateKey, sm4DecryptEcb } from '@certdesk/gm';
import { type DerReader, type PkiError, readDer } from '@certdesk/pki';
import { KeyError } from './errors.ts';

/** SM4 (GM/T 0006) and SM4 in ECB mode, the only mode of SM2EnvelopedKey. */
const SM4 = ['1.2.156.10197.1.104', '1.2.156.10197.1.104.1'];
const SCALAR_LENGTH = 32;

/**
 * Opens a twin encryption key, SM2EnvelopedKey (GM/T 0009 §7.4): a random SM4 key under the signing key's SM2, and the
 * private key under that SM4 key in ECB mode, as 32 bytes D or as 32 zero bytes and D, for both are in use.
 * @param envelope DER
 * @param signingKey the holder's signing key
 * @returns the key pair, of which the public half was compared with the envelope's
 * @throws KeyError `envelope-invalid`; `public-key-mismatch` if the private key does not belong to the public one
 */
export function openTwinEnvelope(envelope: Uint8Array, signingKey: Sm2PrivateKey): Sm2PrivateKey {
  try {
    const { wrappedKey, point, encryptedKey } = readDer(envelope, readEnvelope);
    const symmetricKey = signingKey.decrypt(wrappedKey, 'asn1');
    const twin = Sm2PrivateKey.fromScalar(
      scalarOf(sm4DecryptEcb(symmetricKey, encryptedKey, { padding: false })),
    );
    if (!Buffer.from(twin.publicKey.toPoint()).equals(point)) throw new KeyError('public-key-mismatch');
    return twin;
  } catch (error) {
    if (error instanceof KeyError) throw error;
    throw new KeyError('envelope-invalid', { detail: (error as GmError | PkiError).code, cause: error });
  }
}

function readEnvelope(reader: DerReader) {
  const inside = reader.sequence();
  const algorithm = inside.sequence();
  if (!SM4.includes(algorithm.oid())) throw new KeyError('envelope-invalid', { detail: 'not under SM4' });
  if (!algorithm.atEnd) algorithm.null();
  algorithm.end();
  const wrappedKey = inside.next().der;
  const point = inside.bitString();
  const encryptedKey = inside.bitString();
  inside.end();
  return { wrappedKey, point, encryptedKey };
}

function scalarOf(plain: Uint8Array): Uint8Array {
  if (plain.length === SCALAR_LENGTH) return plain;
  const padding = plain.subarray(0, -SCALAR_LENGTH);
  if (padding.length !== SCALAR_LENGTH || padding.some((octet) => octet !== 0)) {
    throw new KeyError('envelope-invalid', {
      detail: 'the private key is not 32 bytes, nor 32 zero bytes before it',
    });
  }
  return plain.subarray(-SCALAR_LENGTH);
}
