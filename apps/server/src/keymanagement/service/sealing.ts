/** Private keys at rest: each under the key-management key, bound to its pair. */
import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  hkdfSync,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto';
import { Sm2PrivateKey } from '@certdesk/gm';

const cipherName = 'aes-256-gcm';
const nonceLength = 12;
const tagLength = 16;
export const storageKeyLength = 32;

/** What a private key belongs to; another pair's place does not open it. */
export interface PairName {
  readonly id: string;
  readonly publicKeyDigest: string;
}

export class StorageKey {
  readonly #key: Uint8Array;

  /** @param key 32 octets */
  constructor(key: Uint8Array) {
    if (key.length !== storageKeyLength) throw new RangeError('a storage key has 32 octets');
    this.#key = key;
  }

  static generate(): Uint8Array {
    return randomBytes(storageKeyLength);
  }

  /** Vouches for what stands in a table: nobody makes this who cannot open the storage key. @returns HMAC-SHA-256 */
  vouch(said: string): Uint8Array {
    const key = Buffer.from(hkdfSync('sha256', this.#key, '', 'certdesk key management voucher v1', 32));
    return createHmac('sha256', key).update(said).digest();
  }

  vouchedFor(said: string, voucher: Uint8Array): boolean {
    const right = this.vouch(said);
    return voucher.length === right.length && timingSafeEqual(voucher, right);
  }

  /** @returns nonce ‖ ciphertext ‖ tag */
  seal(name: PairName, pair: Sm2PrivateKey): Uint8Array {
    const nonce = randomBytes(nonceLength);
    const cipher = createCipheriv(cipherName, this.#key, nonce).setAAD(boundTo(name));
    const scalar = pair.toScalar();
    try {
      return Buffer.concat([nonce, cipher.update(scalar), cipher.final(), cipher.getAuthTag()]);
    } finally {
      scalar.fill(0);
    }
  }

  /** @throws Error when it was sealed under another key, for another pair, or altered */
  open(name: PairName, sealed: Uint8Array): Sm2PrivateKey {
    const end = sealed.length - tagLength;
    const decipher = createDecipheriv(cipherName, this.#key, sealed.subarray(0, nonceLength), {
      authTagLength: tagLength,
    })
      .setAAD(boundTo(name))
      .setAuthTag(sealed.subarray(end));
    const scalar = Buffer.concat([decipher.update(sealed.subarray(nonceLength, end)), decipher.final()]);
    try {
      return Sm2PrivateKey.fromScalar(scalar);
    } finally {
      scalar.fill(0);
    }
  }
}

function boundTo({ id, publicKeyDigest }: PairName): Buffer {
  return Buffer.from(`certdesk encryption pair v1\0${id}\0${publicKeyDigest}`);
}
