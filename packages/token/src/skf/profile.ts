/** What differs between makers of SKF libraries, as data: see docs/keys.md. */
import { readFile } from 'node:fs/promises';
import { z } from 'zod';

/** Printable ASCII without a space at either end, as names on keys are. */
const nameOnKey = (max: number) => z.string().regex(new RegExp(`^(?! )[\\x20-\\x7e]{1,${max}}(?<! )$`));
const Milliseconds = z.int().min(100).max(600_000);

export const SkfProfile = z.strictObject({
  /** Of the profile, for errors. */
  name: z.string().min(1).max(64),
  /**
   * The library by platform and processor as Node names them (`win32-x64`, `linux-x64`, `linux-arm64`, `linux-loong64`,
   * `darwin-arm64` …): a path, or a name that the system's loader finds.
   */
  library: z.record(z.string().regex(/^(linux|win32|darwin)-[a-z0-9]+$/), z.string().min(1)).default({}),
  /** How structures are laid out: `packed` to 1, or `natural`; `detect` looks at what SKF_GetDevInfo writes. */
  packing: z.enum(['detect', 'packed', 'natural']).default('detect'),
  ulongBits: z.union([z.literal('detect'), z.literal(32), z.literal(64)]).default('detect'),
  /** Numbers for SGD_SM2_1, tried in turn: 0x20100 in most headers, 0x20200 in GB/T 33560. */
  sm2Algorithms: z.array(z.int().positive()).min(1).default([0x20100, 0x20200]),
  /** In which half of ENVELOPEDKEYBLOB's 64 bytes the library looks for the private key. */
  envelope: z.enum(['right', 'left']).default('right'),
  /** The application that certificates live in; null: the first one on the key. */
  application: nameOnKey(32).nullable().default(null),
  containers: z
    .strictObject({
      /** How many fit; null: it shows when one does not. */
      max: z.int().min(1).max(64).nullable().default(null),
      /**
       * The only names that applications look for, used in turn. Which of them stands for which name of the desk is kept on
       * the key in the file `register`.
       */
      names: z.array(nameOnKey(64)).min(2).optional(),
      register: nameOnKey(32).default('CERTDESK'),
    })
    .prefault({}),
  /** The file that applications read the seal from. */
  sealFile: nameOnKey(32).nullable().default(null),
  /**
   * What opens ciphertexts: the standard has session keys only, which stay on the key; vendors add the others.
   */
  decryption: z.enum(['session-key', 'SKF_ECCDecrypt', 'SKF_PrvKeyDecrypt']).default('session-key'),
  /** SKF_WaitForDevEvent in a process of its own, or looking again and again. */
  events: z.enum(['wait', 'poll']).default('wait'),
  pollMs: Milliseconds.default(2_000),
  /** `remote`: the maker adds SKF_GenRemoteUnblockRequest and SKF_RemoteUnblockPIN. The admin PIN's way is there as well. */
  unblock: z.enum(['admin-pin', 'remote']).default('admin-pin'),
  /** So many of the admin PIN's tries are never spent by us: nothing recovers a locked admin PIN. */
  adminTriesKept: z.int().min(0).max(14).default(2),
  /** For initialising: wrong PINs until they lock. */
  pinTries: z
    .strictObject({ user: z.int().min(1).max(15), admin: z.int().min(1).max(15) })
    .default({ user: 10, admin: 10 }),
  /**
   * The device key for initialising, 32 hexadecimal digits: in a file, or the one that the maker ships all keys with.
   */
  deviceKey: z
    .union([
      z.strictObject({ file: z.string().min(1) }),
      z.strictObject({ factory: z.string().regex(/^[0-9a-fA-F]{32}$/) }),
    ])
    .nullable()
    .default(null),
  /** Other codes than those of the standard by which the library says that there is no such key or certificate. */
  absentCodes: z.array(z.int().positive()).default([]),
  /** Bytes of a file that go in one call. */
  fileChunk: z.int().min(64).max(65_536).default(1_024),
  /** SKF_LockDev around what takes several calls, so that other programs wait. */
  lock: z.boolean().default(true),
  deadlinesMs: z
    .strictObject({
      call: Milliseconds.default(30_000),
      generate: Milliseconds.default(120_000),
      /** Some keys wait for a button. */
      sign: Milliseconds.default(120_000),
    })
    .prefault({}),
});

export type SkfProfile = z.output<typeof SkfProfile>;

/** What a profile says wrongly, with every place. */
export class SkfProfileError extends Error {
  override readonly name = 'SkfProfileError';
}

/** @throws SkfProfileError */
export function parseSkfProfile(content: unknown, where: string): SkfProfile {
  const parsed = SkfProfile.safeParse(content);
  if (parsed.success) return parsed.data;
  const places = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'profile'}: ${message}`);
  throw new SkfProfileError(`SKF profile ${where}: ${places.join('; ')}`);
}

/** As GM/T 0016 has it, where nothing better is known of a maker's library. */
export const standardProfile = SkfProfile.parse({ name: 'standard' });

/** For the library in `software/`: two key pairs fit, as on the smallest key that GM/T 0027 allows. */
export const softwareProfile = SkfProfile.parse({
  name: 'software',
  application: 'CERTDESK',
  containers: { max: 2 },
  deviceKey: { factory: Buffer.from('1234567812345678').toString('hex') },
});

const shipped: readonly SkfProfile[] = [standardProfile, softwareProfile];

/**
 * A profile by its name, or from a JSON file.
 * @throws SkfProfileError with every place that is wrong
 */
export async function loadSkfProfile(nameOrFile: string): Promise<SkfProfile> {
  const known = shipped.find(({ name }) => name === nameOrFile);
  if (known) return known;
  const text = await readFile(nameOrFile, 'utf8').catch((error: NodeJS.ErrnoException) => {
    const names = shipped.map(({ name }) => name).join(', ');
    throw new SkfProfileError(
      `SKF profile ${nameOrFile}: ${error.code}; it is a JSON file, or one of ${names}`,
    );
  });
  return parseSkfProfile(jsonOf(text, nameOrFile), nameOrFile);
}

function jsonOf(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new SkfProfileError(`SKF profile ${where}: not JSON`);
  }
}
