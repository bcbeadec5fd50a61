import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import {
  authenticatedBytes,
  type Envelope,
  type Header,
  NONCE_LENGTH,
  parse,
  serialize,
  TAG_LENGTH,
} from './envelope.ts';
import { SafeError } from './errors.ts';
import { DEFAULT_COST, deriveKey, isAcceptableCost, type KdfCost, SALT_LENGTH } from './kdf.ts';

const CIPHER = 'aes-256-gcm';

/**
 * The key that a passphrase gives with one salt and cost: derived once, for as many safes as one likes. Each safe has a fresh
 * random nonce, which is sound for 2^32 safes under one key (NIST SP 800-38D §8.3). Keep it no longer than needed.
 */
export class SafeKey {
  readonly #key: Buffer;
  readonly #salt: Uint8Array;
  readonly #cost: KdfCost;

  private constructor(key: Buffer, salt: Uint8Array, cost: KdfCost) {
    this.#key = key;
    this.#salt = salt;
    this.#cost = cost;
  }

  /**
   * Derives a key with a new salt.
   * @throws SafeError `invalid-argument` for an empty passphrase or an unacceptable cost
   */
  static async derive(passphrase: string, cost: KdfCost = DEFAULT_COST): Promise<SafeKey> {
    if (passphrase === '') throw new SafeError('invalid-argument', 'an empty passphrase protects nothing');
    if (!isAcceptableCost(cost))
      throw new SafeError('invalid-argument', 'the cost of key derivation is out of bounds');
    const salt = randomBytes(SALT_LENGTH);
    return new SafeKey(await deriveKey(passphrase, salt, cost), salt, { ...cost });
  }

  /**
   * Opens a safe and keeps its key, to seal later versions of the same content without another derivation.
   * @throws SafeError `wrong-passphrase`, `damaged`, `unsupported-version`
   */
  static async unlock(
    sealed: Uint8Array,
    passphrase: string,
  ): Promise<{ key: SafeKey; content: Uint8Array }> {
    const envelope = parse(sealed);
    const { salt, cost } = envelope.header;
    const key = new SafeKey(await deriveKey(passphrase, salt, cost), salt, cost);
    return { key, content: key.#decrypt(envelope) };
  }

  /** The safe of `content`, as the bytes of a file. */
  seal(content: Uint8Array): Uint8Array {
    const header: Header = { cost: this.#cost, salt: this.#salt, nonce: randomBytes(NONCE_LENGTH) };
    const cipher = createCipheriv(CIPHER, this.#key, header.nonce).setAAD(authenticatedBytes(header));
    const encrypted = Buffer.concat([cipher.update(content), cipher.final()]);
    return serialize({ header, content: Buffer.concat([encrypted, cipher.getAuthTag()]) });
  }

  /**
   * The content of a safe that this key sealed.
   * @throws SafeError `wrong-passphrase` for a safe of another key, `damaged`, `unsupported-version`
   */
  open(sealed: Uint8Array): Uint8Array {
    return this.#decrypt(parse(sealed));
  }

  #decrypt({ header, content }: Envelope): Uint8Array {
    const end = content.length - TAG_LENGTH;
    const decipher = createDecipheriv(CIPHER, this.#key, header.nonce, { authTagLength: TAG_LENGTH })
      .setAAD(authenticatedBytes(header))
      .setAuthTag(content.subarray(end));
    try {
      return new Uint8Array(Buffer.concat([decipher.update(content.subarray(0, end)), decipher.final()]));
    } catch {
      throw new SafeError('wrong-passphrase', 'the passphrase does not open this safe');
    }
  }
}
