import { GmError } from '../errors.ts';
import { type CiphertextForm, encodeCiphertext } from './ciphertext.ts';
import { type CurvePoint, decodePoint } from './curve.ts';
import { encryptTo } from './encryption.ts';
import { type EngineVerifier, engine } from './engine.ts';
import { decodeSpki, encodeSpki } from './key-encoding.ts';
import { DEFAULT_SIGNER_ID, signerDigest } from './signer-id.ts';

/** An SM2 public key (GB/T 32918): verifies signatures and encrypts. Immutable. */
export class Sm2PublicKey {
  readonly #bytes: Uint8Array;
  readonly #point: CurvePoint;
  #verifier: EngineVerifier | undefined;
  #defaultZ: Uint8Array | undefined;

  private constructor(bytes: Uint8Array, point: CurvePoint) {
    this.#bytes = bytes;
    this.#point = point;
  }

  /**
   * @param der SubjectPublicKeyInfo (RFC 5280 §4.1): id-ecPublicKey with the SM2 curve and an uncompressed point
   * @throws GmError `invalid-public-key`, `unsupported-key`
   */
  static fromSpki(der: Uint8Array): Sm2PublicKey {
    return Sm2PublicKey.fromPoint(decodeSpki(der));
  }

  /**
   * @param point 65 bytes 04 ‖ X ‖ Y
   * @throws GmError `invalid-public-key` unless it is a point of the curve
   */
  static fromPoint(point: Uint8Array): Sm2PublicKey {
    const decoded = decodePoint(point);
    if (!decoded) throw new GmError('invalid-public-key', 'SM2: not an uncompressed point of the curve');
    return new Sm2PublicKey(new Uint8Array(point), decoded);
  }

  /** SubjectPublicKeyInfo, DER. */
  toSpki(): Uint8Array {
    return encodeSpki(this.#bytes);
  }

  /** 65 bytes 04 ‖ X ‖ Y. */
  toPoint(): Uint8Array {
    return new Uint8Array(this.#bytes);
  }

  /** Z of GB/T 32918.2 §5.5, 32 bytes: for devices that want the digest e = SM3(Z ‖ message) computed outside. */
  signerDigest(id: Uint8Array = DEFAULT_SIGNER_ID): Uint8Array {
    if (id !== DEFAULT_SIGNER_ID) return signerDigest(this.#bytes, id);
    this.#defaultZ ??= signerDigest(this.#bytes, id);
    return new Uint8Array(this.#defaultZ);
  }

  /**
   * Verifies SM2 with SM3 (GB/T 32918.2 §7).
   * @param signature DER SEQUENCE { r, s }; false, not an error, for anything else
   * @param id the signer's ID, at most 8191 bytes
   */
  verify(message: Uint8Array, signature: Uint8Array, id: Uint8Array = DEFAULT_SIGNER_ID): boolean {
    this.#verifier ??= engine.loadVerifier(this.#bytes);
    return this.#verifier.verify(this.signerDigest(id), message, signature);
  }

  /**
   * Encrypts (GB/T 32918.4 §6). Meant for keys and other short secrets.
   * @param plain at least one byte
   * @throws GmError `invalid-argument` for an empty plaintext
   */
  encrypt(plain: Uint8Array, form: CiphertextForm = 'asn1'): Uint8Array {
    return encodeCiphertext(encryptTo(this.#point, plain), form);
  }
}
