import { createCipheriv, createDecipheriv } from 'node:crypto';
import { GmError } from './errors.ts';

/** Length of an SM4 key, block and IV in bytes. */
export const SM4_BLOCK_LENGTH = 16;

export interface Sm4Options {
  /** PKCS#7 padding (the default). Without it, data must be whole blocks of 16 bytes. */
  padding?: boolean;
}

type Sm4Mode = 'sm4-ecb' | 'sm4-cbc';

/**
 * SM4 in ECB mode (GB/T 32907-2016). For whole random blocks only, such as a wrapped key (GM/T 0009 §7.4): equal blocks show.
 * @throws GmError `invalid-argument` for a key that is not 16 bytes, or partial blocks without padding
 */
export function sm4EncryptEcb(key: Uint8Array, data: Uint8Array, options: Sm4Options = {}): Uint8Array {
  return encrypt('sm4-ecb', key, null, data, options);
}

/**
 * The reverse of {@link sm4EncryptEcb}.
 * @throws GmError `invalid-argument` as there; `decryption-failed` when the padding is not PKCS#7
 */
export function sm4DecryptEcb(key: Uint8Array, data: Uint8Array, options: Sm4Options = {}): Uint8Array {
  return decrypt('sm4-ecb', key, null, data, options);
}

/**
 * SM4 in CBC mode (GB/T 32907-2016, GB/T 17964). Not authenticated: whoever can alter the ciphertext alters the plaintext.
 * @param iv 16 bytes, unpredictable and new for each message
 * @throws GmError `invalid-argument` for a key or IV that is not 16 bytes, or partial blocks without padding
 */
export function sm4EncryptCbc(
  key: Uint8Array,
  data: Uint8Array,
  iv: Uint8Array,
  options: Sm4Options = {},
): Uint8Array {
  requireLength('IV', iv);
  return encrypt('sm4-cbc', key, iv, data, options);
}

/**
 * The reverse of {@link sm4EncryptCbc}.
 * @throws GmError `invalid-argument` as there; `decryption-failed` when the padding is not PKCS#7
 */
export function sm4DecryptCbc(
  key: Uint8Array,
  data: Uint8Array,
  iv: Uint8Array,
  options: Sm4Options = {},
): Uint8Array {
  requireLength('IV', iv);
  return decrypt('sm4-cbc', key, iv, data, options);
}

function encrypt(
  mode: Sm4Mode,
  key: Uint8Array,
  iv: Uint8Array | null,
  data: Uint8Array,
  { padding = true }: Sm4Options,
): Uint8Array {
  requireLength('key', key);
  if (!padding) requireWholeBlocks(data);
  const cipher = createCipheriv(mode, key, iv).setAutoPadding(padding);
  return new Uint8Array(Buffer.concat([cipher.update(data), cipher.final()]));
}

function decrypt(
  mode: Sm4Mode,
  key: Uint8Array,
  iv: Uint8Array | null,
  data: Uint8Array,
  { padding = true }: Sm4Options,
): Uint8Array {
  requireLength('key', key);
  requireWholeBlocks(data);
  const decipher = createDecipheriv(mode, key, iv).setAutoPadding(padding);
  const head = decipher.update(data);
  try {
    return new Uint8Array(Buffer.concat([head, decipher.final()]));
  } catch (cause) {
    throw new GmError('decryption-failed', 'SM4: wrong key, or the data was altered', { cause });
  }
}

function requireLength(what: string, bytes: Uint8Array): void {
  if (bytes.length !== SM4_BLOCK_LENGTH) {
    throw new GmError('invalid-argument', `SM4: the ${what} has ${bytes.length} bytes instead of 16`);
  }
}

function requireWholeBlocks(data: Uint8Array): void {
  if (data.length % SM4_BLOCK_LENGTH !== 0) {
    throw new GmError('invalid-argument', `SM4: ${data.length} bytes are not whole blocks of 16`);
  }
}
