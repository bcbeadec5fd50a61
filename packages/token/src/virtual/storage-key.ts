import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  hkdfSync,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto';
import { open, SafeError, seal } from '@certdesk/safe';
import { KeyError } from '../errors.ts';
import { type Contents, fromBase64, type State, toBase64 } from './state.ts';

const CIPHER = 'aes-256-gcm';
const NONCE_LENGTH = 12;
const TAG_LENGTH = 16;

/**
 * The random key under which a virtual key's private keys lie in its file. The file holds it only wrapped: under the
 * PIN, under the admin PIN, and under the answer to the unblock challenge.
 */
export class StorageKey {
  readonly #secret: Uint8Array;
  readonly #encryptionKey: Uint8Array;
  readonly #macKey: Uint8Array;

  private constructor(secret: Uint8Array) {
    this.#secret = secret;
    this.#encryptionKey = derive(secret, 'certdesk virtual key: private keys');
    this.#macKey = derive(secret, 'certdesk virtual key: contents');
  }

  static generate(): StorageKey {
    return new StorageKey(randomBytes(32));
  }

  /** @returns a safe (base64) that the PIN opens */
  async sealUnderPin(pin: string, cost: Contents['kdfCost']): Promise<string> {
    return toBase64(await seal(this.#secret, pin, cost));
  }

  /** @returns undefined for a wrong PIN. @throws KeyError `key-failed` for a damaged safe */
  static async openUnderPin(sealed: string, pin: string): Promise<StorageKey | undefined> {
    try {
      return new StorageKey(await open(fromBase64(sealed), pin));
    } catch (error) {
      if (error instanceof SafeError && error.code === 'wrong-passphrase') return undefined;
      throw new KeyError('key-failed', { detail: 'the key file is damaged', cause: error });
    }
  }

  /** @param answer 16 bytes: as strong as a key, so that no slow derivation is needed */
  sealUnderAnswer(answer: Uint8Array, challenge: Uint8Array): string {
    return encrypt(derive(answer, 'certdesk virtual key: unblock'), this.#secret, challenge);
  }

  /** @returns undefined for a wrong answer */
  static openUnderAnswer(sealed: string, answer: Uint8Array, challenge: Uint8Array): StorageKey | undefined {
    const secret = decrypt(derive(answer, 'certdesk virtual key: unblock'), sealed, challenge);
    return secret && new StorageKey(secret);
  }

  /** @param context what the secret belongs to: its public key, so that it cannot be moved to another */
  encrypt(secret: Uint8Array, context: Uint8Array): string {
    return encrypt(this.#encryptionKey, secret, context);
  }

  /** @throws KeyError `key-failed` when altered or moved */
  decrypt(encrypted: string, context: Uint8Array): Uint8Array {
    const secret = decrypt(this.#encryptionKey, encrypted, context);
    if (!secret) throw new KeyError('key-failed', { detail: 'the key file was altered' });
    return secret;
  }

  /** The contents with the code that proves them written by somebody who was logged in. */
  authenticate(contents: Contents): Pick<State, 'contents' | 'mac'> {
    return { contents, mac: this.#mac(contents).toString('base64') };
  }

  /** @throws KeyError `key-failed` when the contents were changed by somebody who was not logged in */
  checkContents({ contents, mac }: State): void {
    const expected = this.#mac(contents);
    const found = fromBase64(mac);
    if (found.length !== expected.length || !timingSafeEqual(found, expected)) {
      throw new KeyError('key-failed', { detail: 'the key file was altered' });
    }
  }

  #mac(contents: Contents): Buffer {
    return createHmac('sha256', this.#macKey).update(JSON.stringify(contents)).digest();
  }
}

function derive(secret: Uint8Array, purpose: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', secret, new Uint8Array(), purpose, 32));
}

function encrypt(key: Uint8Array, plain: Uint8Array, context: Uint8Array): string {
  const nonce = randomBytes(NONCE_LENGTH);
  const cipher = createCipheriv(CIPHER, key, nonce).setAAD(context);
  return toBase64(Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]));
}

function decrypt(key: Uint8Array, encrypted: string, context: Uint8Array): Uint8Array | undefined {
  const bytes = fromBase64(encrypted);
  const end = bytes.length - TAG_LENGTH;
  if (end < NONCE_LENGTH) return undefined;
  const decipher = createDecipheriv(CIPHER, key, bytes.subarray(0, NONCE_LENGTH), {
    authTagLength: TAG_LENGTH,
  })
    .setAAD(context)
    .setAuthTag(bytes.subarray(end));
  try {
    return new Uint8Array(
      Buffer.concat([decipher.update(bytes.subarray(NONCE_LENGTH, end)), decipher.final()]),
    );
  } catch {
    return undefined;
  }
}
