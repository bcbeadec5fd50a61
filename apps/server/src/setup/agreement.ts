import { createHash } from 'node:crypto';

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
