/** SM2EnvelopedKey (GM/T 0009 §7.4): how an encryption key pair travels from the key management to a holder's key. */
import { randomBytes } from 'node:crypto';
import {
  GmError,
  SM4_BLOCK_LENGTH,
  Sm2PrivateKey,
  Sm2PublicKey,
  sm4DecryptEcb,
  sm4EncryptEcb,
} from '@certdesk/gm';
import { type DerReader, readDer } from '../der/reader.ts';
import { tag } from '../der/tag.ts';
import { bitString, encode, oid, sequence } from '../der/writer.ts';
import { PkiError } from '../errors.ts';

/** SM4 in ECB mode, and SM4 as such (GM/T 0006), which some write in its place. */
const sm4Ecb = '1.2.156.10197.1.104.1';
const sm4Names = [sm4Ecb, '1.2.156.10197.1.104'];
const scalarLength = 32;

/** The parts of an SM2EnvelopedKey, for drivers that repack them (SKF's ENVELOPEDKEYBLOB). */
export interface EnvelopedKeyParts {
  /** The symmetric key under the receiver's public key: SM2Cipher, DER. */
  readonly wrappedKey: Uint8Array;
  /** Public key of the pair inside, 04 ‖ X ‖ Y. */
  readonly point: Uint8Array;
  /** Its private key under the symmetric key: SM4-ECB without padding, 32 or 64 octets. */
  readonly encryptedKey: Uint8Array;
}

/**
 * Envelopes an encryption key pair so that one signing key alone can open it. Inside stand 32 zero octets and D, which
 * readers of 32 and of 64 octets both take right-aligned.
 * @param signingKey SubjectPublicKeyInfo of the receiver, DER
 * @returns DER; another one at every call, for the symmetric key is random
 * @throws PkiError `unsupported-key` when the receiver's key is not SM2
 */
export function envelopKey(pair: Sm2PrivateKey, signingKey: Uint8Array): Uint8Array {
  const receiver = receiverOf(signingKey);
  const symmetricKey = randomBytes(SM4_BLOCK_LENGTH);
  const scalar = pair.toScalar();
  const plain = Buffer.concat([new Uint8Array(scalarLength), scalar]);
  try {
    return encode(
      sequence(
        sequence(oid(sm4Ecb)),
        receiver.encrypt(symmetricKey, 'asn1'),
        bitString(pair.publicKey.toPoint()),
        bitString(sm4EncryptEcb(symmetricKey, plain, { padding: false })),
      ),
    );
  } finally {
    for (const secret of [symmetricKey, scalar, plain]) secret.fill(0);
  }
}

function receiverOf(spki: Uint8Array): Sm2PublicKey {
  try {
    return Sm2PublicKey.fromSpki(spki);
  } catch (cause) {
    throw new PkiError('unsupported-key', 'an enveloped key is for an SM2 key alone', { cause });
  }
}

/** Reads the parts of an SM2EnvelopedKey, DER. Whether they fit together shows when it is opened. @throws PkiError */
export function readEnvelopedKey(envelope: Uint8Array): EnvelopedKeyParts {
  return readDer(envelope, readParts);
}

function readParts(reader: DerReader): EnvelopedKeyParts {
  const inside = reader.sequence();
  const algorithm = inside.sequence();
  const name = algorithm.oid();
  if (!sm4Names.includes(name))
    throw new PkiError('unsupported-algorithm', `an enveloped key under ${name}, not SM4`);
  if (!algorithm.atEnd) algorithm.null();
  algorithm.end();
  const wrappedKey = inside.next(tag.sequence).der;
  const point = inside.bitString();
  const encryptedKey = inside.bitString();
  inside.end();
  return { wrappedKey, point, encryptedKey };
}

/**
 * Opens an SM2EnvelopedKey. The private key may stand in it as 32 octets, or right-aligned in 64.
 * @param envelope DER
 * @returns the key pair inside, its halves belonging together and being what the envelope names
 * @throws PkiError `malformed-key` when it is not for this key or was altered; `key-mismatch` when the private key
 *   does not belong to the public key that the envelope names
 */
export function openEnvelopedKey(envelope: Uint8Array, signingKey: Sm2PrivateKey): Sm2PrivateKey {
  const { wrappedKey, point, encryptedKey } = readEnvelopedKey(envelope);
  const pair = decrypted(signingKey, wrappedKey, encryptedKey);
  if (Buffer.compare(pair.publicKey.toPoint(), point) !== 0)
    throw new PkiError('key-mismatch', 'the private key in the envelope does not belong to its public key');
  return pair;
}

function decrypted(
  signingKey: Sm2PrivateKey,
  wrappedKey: Uint8Array,
  encryptedKey: Uint8Array,
): Sm2PrivateKey {
  try {
    const symmetricKey = signingKey.decrypt(wrappedKey, 'asn1');
    return Sm2PrivateKey.fromScalar(scalarOf(sm4DecryptEcb(symmetricKey, encryptedKey, { padding: false })));
  } catch (cause) {
    if (!(cause instanceof GmError)) throw cause;
    throw new PkiError('malformed-key', 'the envelope does not open with this key', { cause });
  }
}

function scalarOf(plain: Uint8Array): Uint8Array {
  if (plain.length === scalarLength) return plain;
  const padding = plain.subarray(0, -scalarLength);
  if (padding.length !== scalarLength || padding.some((octet) => octet !== 0))
    throw new PkiError('malformed-key', 'the private key is neither 32 octets nor right-aligned in 64');
  return plain.subarray(-scalarLength);
}
