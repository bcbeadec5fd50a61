import { GmError } from '../errors.ts';
import { type CiphertextForm, decodeCiphertext } from './ciphertext.ts';
import { decryptWith } from './encryption.ts';
import { type EngineSigner, engine } from './engine.ts';
import { decodePkcs8, encodePkcs8 } from './key-encoding.ts';
import { Sm2PublicKey } from './public-key.ts';
import { isPrivateScalar } from './scalar.ts';
import { DEFAULT_SIGNER_ID } from './signer-id.ts';

/** An SM2 key pair (GB/T 32918): signs and decrypts. Immutable. The scalar never shows in logs or JSON. */
export class Sm2PrivateKey {
  readonly publicKey: Sm2PublicKey;
  readonly #scalar: Uint8Array;
  #signer: EngineSigner | undefined;

  private constructor(scalar: Uint8Array, publicKey: Sm2PublicKey) {
    this.#scalar = scalar;
    this.publicKey = publicKey;
  }

  /** A new key pair from the system's randomness. */
  static generate(): Sm2PrivateKey {
    return Sm2PrivateKey.fromScalar(engine.generateScalar());
  }

  /**
   * @param der PrivateKeyInfo (RFC 5208) with an ECPrivateKey (RFC 5915); the public half inside may be absent
   * @throws GmError `invalid-private-key` (also when the halves do not belong together), `unsupported-key`
   */
  static fromPkcs8(der: Uint8Array): Sm2PrivateKey {
    const { scalar, point } = decodePkcs8(der);
    const key = Sm2PrivateKey.fromScalar(scalar);
    if (point && !Buffer.from(key.publicKey.toPoint()).equals(point)) {
      throw new GmError('invalid-private-key', 'SM2: the public half does not belong to the private one');
    }
    return key;
  }

  /**
   * @param d 32 bytes, big-endian, 1…n−2
   * @throws GmError `invalid-private-key`
   */
  static fromScalar(d: Uint8Array): Sm2PrivateKey {
    if (!isPrivateScalar(d)) throw new GmError('invalid-private-key', 'SM2: the private key is out of range');
    const scalar = new Uint8Array(d);
    return new Sm2PrivateKey(scalar, Sm2PublicKey.fromPoint(engine.publicPoint(scalar)));
  }

  /** PrivateKeyInfo, DER, with the public half. Secret. */
  toPkcs8(): Uint8Array {
    return encodePkcs8(this.#scalar, this.publicKey.toPoint());
  }

  /** 32 bytes, big-endian. Secret. */
  toScalar(): Uint8Array {
    return new Uint8Array(this.#scalar);
  }

  /**
   * Signs SM2 with SM3 (GB/T 32918.2 §6), synchronously: a quarter of a millisecond.
   * @param id the signer's ID, at most 8191 bytes
   * @returns DER SEQUENCE { r, s }
   */
  sign(message: Uint8Array, id: Uint8Array = DEFAULT_SIGNER_ID): Uint8Array {
    this.#signer ??= engine.loadSigner(this.#scalar, this.publicKey.toPoint());
    return this.#signer.sign(this.publicKey.signerDigest(id), message);
  }

  /**
   * Decrypts (GB/T 32918.4 §7).
   * @throws GmError `invalid-ciphertext`, `decryption-failed`
   */
  decrypt(ciphertext: Uint8Array, form: CiphertextForm = 'asn1'): Uint8Array {
    return decryptWith(this.#scalar, decodeCiphertext(ciphertext, form));
  }
}
