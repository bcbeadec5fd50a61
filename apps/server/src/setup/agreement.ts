import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { DeskError } from '../platform/error.ts';

/** The subscriber agreement in force. Its version and digest are part of what the holder's old key signs. */
export interface Agreement {
  readonly version: string;
  /** SHA-256, lower-case hex, over the UTF-8 of the version, the Chinese and the English text, one zero octet between. */
  readonly digest: string;
  readonly text: { readonly zh: string; readonly en: string };
}

export function agreementOf(version: string, text: { zh: string; en: string }): Agreement {
  const digest = createHash('sha256').update(`${version}\0${text.zh}\0${text.en}`).digest('hex');
  return { version, digest, text };
}

/** @throws DeskError `configuration-invalid` when a text is missing, empty or not UTF-8 */
export async function readAgreement(files: { version: string; zh: string; en: string }): Promise<Agreement> {
  const [zh, en] = await Promise.all([readText(files.zh), readText(files.en)]);
  return agreementOf(files.version, { zh, en });
}

async function readText(file: string): Promise<string> {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(await readFile(file)).trim();
    if (text === '') throw new Error('is empty');
    return text;
  } catch (cause) {
    throw new DeskError(
      'configuration-invalid',
      { where: `${file}: ${(cause as Error).message}` },
      { cause },
    );
  }
}
