import { readFile } from 'node:fs/promises';
import { writeFileAtomically } from './atomic-file.ts';
import type { KdfCost } from './kdf.ts';
import { SafeKey } from './safe-key.ts';

/**
 * Encrypts under a passphrase: scrypt (RFC 7914) and AES-256-GCM (NIST SP 800-38D) in a JSON envelope.
 * @throws SafeError `invalid-argument` for an empty passphrase or an unacceptable cost
 */
export async function seal(content: Uint8Array, passphrase: string, cost?: KdfCost): Promise<Uint8Array> {
  const key = await SafeKey.derive(passphrase, cost);
  return key.seal(content);
}

/**
 * The content of what {@link seal} made, with the cost that it records.
 * @throws SafeError `wrong-passphrase`, `damaged`, `unsupported-version`
 */
export async function open(sealed: Uint8Array, passphrase: string): Promise<Uint8Array> {
  const { content } = await SafeKey.unlock(sealed, passphrase);
  return content;
}

/**
 * Seals `content` into the file `path`: after a crash the old file or the new one is there, whole. Readable by its owner only.
 * @throws SafeError as {@link seal}; the system's error when the file cannot be written
 */
export async function writeSafe(
  path: string,
  content: Uint8Array,
  passphrase: string,
  cost?: KdfCost,
): Promise<void> {
  await writeFileAtomically(path, await seal(content, passphrase, cost));
}

/**
 * Opens the file that {@link writeSafe} wrote.
 * @throws SafeError as {@link open}; the system's error (`ENOENT`, …) when the file cannot be read
 */
export async function readSafe(path: string, passphrase: string): Promise<Uint8Array> {
  return open(await readFile(path), passphrase);
}
