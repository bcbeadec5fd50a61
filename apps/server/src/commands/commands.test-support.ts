import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished, vi } from 'vitest';
import { createTestDatabase } from '../../../../test/support/database.ts';
import { openDatabase } from '../schema/database.ts';
import type { Env } from './command.ts';
import { makeDesk, type NewDesk } from './init.ts';
import { runCommand } from './run.ts';

export const passphrase = '只用于测试的口令';
export const rootPassphrase = 'another';
export const origin = 'https://desk.example';

/** Nothing is kept from anybody in a test. */
const cheap = { logN: 4, r: 1, p: 1 };

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a command as a shell would, in this process. */
export async function run(argv: readonly string[], env: Env = {}): Promise<Ran> {
  const written = { out: '', err: '' };
  const catching = (stream: NodeJS.WriteStream, name: keyof typeof written) =>
    vi.spyOn(stream, 'write').mockImplementation((text) => {
      written[name] += String(text);
      return true;
    });
  const spies = [catching(process.stdout, 'out'), catching(process.stderr, 'err')];
  try {
    return { code: await runCommand(argv, env), ...written };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}

/** A folder of the test's own. */
export async function testFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'certdesk-commands-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

/** A file with this in it. */
export async function fileOf(content: string | Uint8Array, name = 'file'): Promise<string> {
  const path = join(await testFolder(), name);
  await writeFile(path, content);
  return path;
}

/** What makes a desk as cheaply as a test wants it. */
export function newDesk(folder: string, more: Partial<NewDesk> = {}): NewDesk {
  return {
    folder,
    publicOrigin: origin,
    organisation: '测试证书中心',
    algorithm: 'sm2',
    passphrase,
    rootPassphrase,
    cost: cheap,
    now: new Date(Date.now() - 86_400_000),
    ...more,
  };
}

let made: Promise<string> | undefined;

/** A desk’s files, those of another desk of this test file copied, and the environment that names them. */
export async function testDeskFiles() {
  made ??= (async () => {
    const folder = join(await mkdtemp(join(tmpdir(), 'certdesk-commands-')), 'desk');
    await makeDesk(newDesk(folder));
    return folder;
  })();
  const folder = join(await testFolder(), 'desk');
  await cp(await made, folder, { recursive: true });
  const passphraseFile = await fileOf(`${passphrase}\n`);
  const env = { CERTDESK_CONFIG: join(folder, 'server.json'), CERTDESK_PASSPHRASE_FILE: passphraseFile };
  return { folder, env };
}

/** A database of the test's own, and the environment that names it. */
export async function testDatabase() {
  const { url } = await createTestDatabase();
  const { db, end } = openDatabase(url);
  onTestFinished(end);
  return { db, env: { DATABASE_URL: url } };
}

/** A desk with its database, and its command line. */
export async function testDesk() {
  const { folder, env: files } = await testDeskFiles();
  const { db, env: database } = await testDatabase();
  const env = { ...files, ...database };
  return { folder, db, env, run: (...argv: string[]) => run(argv, env) };
}
