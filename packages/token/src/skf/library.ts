import { type Native, type NativeProcess, startNative } from '@certdesk/native';
import type { Filled, SkfFunctions } from './binding.ts';
import { lie } from './codes.ts';
import type { SkfProfile } from './profile.ts';

/** As the binding is known to programs that are one file. */
export const SKF_BINDING = 'skf';

/** What no list, certificate or file on a key is longer than. */
const LONGEST = 1024 * 1024;

export interface LibraryOptions {
  readonly profile: SkfProfile;
  /** Path of the library, for the platform at hand; else the profile says it. */
  readonly library?: string;
  /** What the library finds in its environment besides what is in ours. */
  readonly env?: Readonly<Record<string, string>>;
}

/** The library in a process of its own, which is started when it is needed first and after each crash. */
export function startSkf({ profile, library, env }: LibraryOptions): Native<SkfFunctions> {
  const path = library ?? profile.library[`${process.platform}-${process.arch}`];
  // Said when it is used: a machine may have other drivers.
  return startNative<SkfFunctions>({
    binding: { name: SKF_BINDING, module: () => new URL('./binding.js', import.meta.url) },
    options: { path: path ?? `(profile ${profile.name} names none for ${process.platform}-${process.arch})` },
    ...(env && { env }),
  });
}

export type SkfProcess = NativeProcess<SkfFunctions>;

/**
 * Fetches what has a length, with more room each time that the library asks for more. It is not asked for the length
 * first: some libraries answer that wrongly, none minds a larger buffer.
 * @throws KeyError `key-failed` for lengths that cannot be
 */
export async function fetchAll(
  what: string,
  room: number,
  read: (room: number) => Promise<Filled>,
): Promise<Uint8Array> {
  for (let size = room; size <= LONGEST; ) {
    const { bytes, length, tooSmall } = await read(size);
    if (!tooSmall) {
      if (length > size) throw lie(`${what} of ${length} bytes in a buffer of ${size}`);
      return bytes.subarray(0, length);
    }
    // A library that asks for what it has got already gets twice as much.
    size = length > size && length <= LONGEST ? length : size * 2;
  }
  throw lie(`${what} that no buffer is large enough for`);
}

/** A list of names, each ended by a NUL and the list by another, which some leave out. */
export function namesIn(list: Uint8Array): string[] {
  return Buffer.from(list)
    .toString('latin1')
    .split('\0')
    .filter((name) => name !== '');
}

/** Text in a structure, up to the first NUL: ASCII by the standard, GBK or UTF-8 on real keys. */
export function textIn(field: Uint8Array): string {
  const end = field.indexOf(0);
  const bytes = end < 0 ? field : field.subarray(0, end);
  for (const encoding of ['utf-8', 'gb18030']) {
    try {
      return new TextDecoder(encoding, { fatal: true }).decode(bytes).trim();
    } catch {
      // The next one.
    }
  }
  return '';
}
