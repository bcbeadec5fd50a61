import { readSafe, SafeError } from '@certdesk/safe';
import { DeskError } from './error.ts';

/**
 * Opens a file that is sealed under the desk's passphrase and makes something of its content.
 * @param make what it throws means that the file holds something else
 * @throws DeskError `passphrase-wrong`; `configuration-invalid` when the file is missing, damaged or no such thing
 */
export async function openSealed<T>(
  file: string,
  passphrase: string,
  make: (content: Uint8Array) => T,
): Promise<T> {
  try {
    return make(await readSafe(file, passphrase));
  } catch (cause) {
    if (cause instanceof SafeError && cause.code === 'wrong-passphrase') {
      throw new DeskError('passphrase-wrong', { file });
    }
    throw new DeskError(
      'configuration-invalid',
      { where: `${file}: ${(cause as Error).message}` },
      { cause },
    );
  }
}
