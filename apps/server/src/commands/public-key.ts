import { readFile } from 'node:fs/promises';
import { fromPem } from '@certdesk/pki';
import { DeskError } from '../platform/error.ts';

/**
 * A SubjectPublicKeyInfo from a file, PEM or DER.
 * @param otherwise what to say of a file that holds something else
 * @throws DeskError `configuration-invalid` when it cannot be read
 */
export async function readPublicKey(
  file: string,
  otherwise: 'client-key' | 'operator-key',
): Promise<Uint8Array> {
  try {
    const content = await readFile(file);
    if (content[0] === 0x30) return content;
    const block = fromPem(content.toString('utf8')).find(({ label }) => label === 'PUBLIC KEY');
    if (block) return block.der;
  } catch (cause) {
    throw new DeskError(
      'configuration-invalid',
      { where: `${file}: ${(cause as Error).message}` },
      { cause },
    );
  }
  throw new DeskError(otherwise);
}
