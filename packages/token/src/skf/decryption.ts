import { SM4_BLOCK_LENGTH } from '@certdesk/gm';
import { KeyError } from '../errors.ts';
import type { Handle } from './binding.ts';
import { fromSkf, lie } from './codes.ts';
import type { Connection } from './connection.ts';
import { neededPublicKey } from './containers.ts';
import { fetchAll } from './library.ts';
import { cipherBlob } from './sm2-blobs.ts';

/** SGD_SM4_ECB. */
const SM4_ECB = 0x401;
/** How some vendors' SKF_PrvKeyDecrypt numbers the encryption key. */
const ENCRYPTION_KEY = 1;
const ROOM = 1_024;
/** What every key takes in one call of SKF_Decrypt. */
const CHUNK = 1_024;

/**
 * What a ciphertext holds, by the vendor's addition that the profile names.
 * @param ciphertext SM2Cipher (GM/T 0009), DER
 * @throws KeyError `not-supported` where there is none, `envelope-invalid`, `key-pair-not-found`
 */
export async function decrypted(
  connection: Connection,
  container: Handle,
  ciphertext: Uint8Array,
): Promise<Uint8Array> {
  const { decryption } = connection.profile;
  if (decryption === 'session-key') throw new KeyError('not-supported');
  await neededPublicKey(connection, container, 'encryption');
  const blob = cipherBlob(ciphertext, connection.abi);
  const plain = await fetchAll('a plaintext', ROOM, (room) =>
    decryption === 'SKF_ECCDecrypt'
      ? connection.call('eccDecrypt', [container, blob, room])
      : connection.call('prvKeyDecrypt', [container, ENCRYPTION_KEY, blob, room]),
  ).catch(refused);
  return new Uint8Array(plain);
}

/**
 * As the standard has it: the wrapped key goes into the key and stays there.
 * @param data whole blocks
 * @throws KeyError `envelope-invalid`, `key-pair-not-found`
 */
export async function decryptedByWrappedKey(
  connection: Connection,
  container: Handle,
  wrappedKey: Uint8Array,
  data: Uint8Array,
): Promise<Uint8Array> {
  await neededPublicKey(connection, container, 'encryption');
  const blob = cipherBlob(wrappedKey, connection.abi);
  if (data.length % SM4_BLOCK_LENGTH !== 0)
    throw new KeyError('envelope-invalid', { detail: 'not whole blocks' });
  const key = await connection.call('importSessionKey', [container, SM4_ECB, blob]).catch(refused);
  try {
    const plain = new Uint8Array(data.length);
    for (let at = 0; at < data.length; at += CHUNK) {
      const part = data.subarray(at, at + CHUNK);
      await connection.call('decryptInit', [connection.abi, key]);
      const opened = await fetchAll('a plaintext', part.length, (room) =>
        connection.call('decrypt', [key, part, room]),
      );
      if (opened.length !== part.length) throw lie(`${opened.length} bytes out of ${part.length}`);
      plain.set(opened, at);
    }
    return plain;
  } finally {
    await connection.call('closeHandle', [key]).catch(() => undefined);
  }
}

/** Libraries give all kinds of codes for what does not open. */
function refused(error: unknown): never {
  const known = fromSkf(error);
  throw known.code === 'key-failed' && known !== error
    ? new KeyError('envelope-invalid', { detail: known.message, cause: error })
    : error;
}
