import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { fromPem, PkiError } from '@certdesk/pki';
import { DeskError } from '../platform/error.ts';
import { type CommandContext, needed, UsageError } from './command.ts';

/** Where an option says that a new file is to be made. @throws UsageError when there is one already */
export function newFile(context: CommandContext, option: string): string {
  const file = resolve(needed(context, option));
  if (existsSync(file)) throw new UsageError(`${file} is there already`);
  return file;
}

/**
 * The key that `--from` names (PKCS#8, PEM, not encrypted), or a new one of `--algorithm`.
 * @param algorithms the first is the one that is made where none is named
 * @param check throws PkiError for a key that cannot be used for this
 * @returns PKCS#8, DER
 * @throws UsageError; DeskError `configuration-invalid`
 */
export async function givenOrNewKey<T extends string>(
  { options }: CommandContext,
  algorithms: readonly [T, ...T[]],
  generate: (algorithm: T) => { readonly privateKey: Uint8Array },
  check: (pkcs8: Uint8Array) => unknown,
): Promise<Uint8Array> {
  const { algorithm = algorithms[0], from } = options;
  const known = algorithms.find((name) => name === algorithm);
  if (!known) throw new UsageError(`--algorithm is one of ${algorithms.join(', ')}`);
  return typeof from === 'string' ? privateKeyIn(from, check) : generate(known).privateKey;
}

async function privateKeyIn(file: string, check: (pkcs8: Uint8Array) => unknown): Promise<Uint8Array> {
  try {
    const found = fromPem(await readFile(file, 'utf8')).find(({ label }) => label === 'PRIVATE KEY');
    if (!found) throw new PkiError('bad-pem', 'no PEM block PRIVATE KEY');
    check(found.der);
    return found.der;
  } catch (cause) {
    // Nothing of the file is told: it is a private key, or something else that was named by mistake.
    const why = cause instanceof PkiError ? cause.code : (cause as NodeJS.ErrnoException).code;
    throw new DeskError('configuration-invalid', { where: `${file}: no private key (${why})` });
  }
}
