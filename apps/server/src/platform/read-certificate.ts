import { readFile } from 'node:fs/promises';
import { Certificate } from '@certdesk/pki';
import { DeskError } from './error.ts';

/** @throws DeskError `configuration-invalid` */
export async function readCertificate(file: string): Promise<Certificate> {
  try {
    return Certificate.parse(await readFile(file));
  } catch (cause) {
    throw new DeskError(
      'configuration-invalid',
      { where: `${file}: ${(cause as Error).message}` },
      { cause },
    );
  }
}
