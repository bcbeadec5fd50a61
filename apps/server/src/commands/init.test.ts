import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { readSafe } from '@certdesk/safe';
import { describe, expect, test } from 'vitest';
import {
  fileOf,
  newDesk,
  origin,
  passphrase,
  rootPassphrase,
  run,
  testDeskFiles,
  testFolder,
} from './commands.test-support.ts';
import { makeDesk, randomPassphrase } from './init.ts';

async function initArguments(folder: string, more: Record<string, string> = {}) {
  const options = {
    folder,
    url: origin,
    organisation: '测试证书中心',
    'root-passphrase-file': await fileOf(`${rootPassphrase}\n`),
    ...more,
  };
  return ['init', ...Object.entries(options).flatMap(([name, value]) => [`--${name}`, value])];
}

async function contents(folder: string): Promise<Record<string, string>> {
  const files = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((one) =>
    one.isFile(),
  );
  const paths = files.map(({ parentPath, name }) => join(parentPath, name)).sort();
  return Object.fromEntries(
    await Promise.all(
      paths.map(async (path) => [path.slice(folder.length + 1), await readFile(path, 'hex')]),
    ),
  );
}

const env = async () => ({ CERTDESK_PASSPHRASE_FILE: await fileOf(`${passphrase}\n`) });

describe('init', () => {
  // Seals and opens seven keys at the real cost: a machine that has other work to do takes its time.
  test('makes a desk whose configuration is good', { timeout: 120_000 }, async () => {
    const folder = join(await testFolder(), 'new', 'desk');
    const secrets = await env();
    const made = await run(await initArguments(folder, { algorithm: 'p256' }), secrets);
    expect(made).toMatchObject({ code: 0, err: '' });
    expect(made.out).toContain(`Made ${folder}.`);
    expect(made.out).toContain('root.key');
    expect(Object.keys(await contents(folder))).toEqual([
      'agreement.en.txt',
      'agreement.zh.txt',
      'audit.key',
      'audit.pub',
      'authority/issuers.json',
      'authority/issuing.crt',
      'authority/issuing.key',
      'authority/root.crt',
      'authority/root.key',
      'ocsp/p256.key',
      'order.key',
      'server.json',
    ]);
    expect(JSON.parse(await readFile(join(folder, 'server.json'), 'utf8'))).toEqual({
      publicOrigin: origin,
    });
    const checking = { ...secrets, CERTDESK_CONFIG: join(folder, 'server.json') };
    expect(await run(['config', 'check'], checking)).toMatchObject({ code: 0 });
    expect((await stat(folder)).mode & 0o077).toBe(0);
    for (const key of ['order.key', 'audit.key', 'authority/issuing.key', 'authority/root.key'])
      expect((await stat(join(folder, key))).mode & 0o077).toBe(0);
  });

  test('refuses a folder with a whole desk, and changes nothing in it', async () => {
    const { folder } = await testDeskFiles();
    const before = await contents(folder);
    expect(await run(await initArguments(folder), await env())).toEqual({
      code: 1,
      out: '',
      err: `${folder} exists already; nothing in it was changed. Name a new folder. [authority-exists]\n`,
    });
    expect(await contents(folder)).toEqual(before);
  });

  test.each([
    [{ url: 'https://desk.example/' }, 1, 'publicOrigin'],
    [{ organisation: '' }, 2, '--organisation is missing'],
    [{ 'root-passphrase-file': '/no/such/file' }, 1, '/no/such/file: ENOENT'],
  ])('makes nothing when it is told wrong: %j', async (wrong, code, said) => {
    const parent = await testFolder();
    const ran = await run(await initArguments(join(parent, 'desk'), wrong), await env());
    expect(ran.code).toBe(code);
    expect(ran.err).toContain(said);
    expect(await readdir(parent)).toEqual([]);
  });
});

describe('a desk that was half made', () => {
  test.each([
    [['order.key']],
    [['audit.key']],
    [['ocsp']],
    [['audit.key', 'audit.pub']],
    [['agreement.zh.txt', 'agreement.en.txt']],
    [['authority', 'order.key', 'audit.key', 'audit.pub', 'agreement.zh.txt', 'agreement.en.txt']],
  ])('is completed: %j', async (missing) => {
    const { folder, env } = await testDeskFiles();
    const whole = await contents(folder);
    for (const name of [...missing, 'server.json']) await rm(join(folder, name), { recursive: true });
    const kept = await contents(folder);
    await makeDesk(newDesk(folder));
    const completed = await contents(folder);
    expect(Object.keys(completed)).toEqual(Object.keys(whole));
    // The public half goes with the key that was made anew.
    const { 'audit.pub': _, ...others } = kept;
    expect(completed).toMatchObject(missing.includes('audit.key') ? others : kept);
    expect(await run(['config', 'check'], env)).toMatchObject({ code: 0 });
  });

  test('that stopped before its configuration is taken for whole only with it', async () => {
    const { folder } = await testDeskFiles();
    await expect(makeDesk(newDesk(folder))).rejects.toMatchObject({ code: 'authority-exists' });
    await rm(join(folder, 'server.json'));
    await expect(makeDesk(newDesk(folder))).resolves.toBeUndefined();
  });
});

test.each(['sm2', 'p256', 'rsa'] as const)('a desk with a CA of kind %s is whole', async (algorithm) => {
  const folder = join(await testFolder(), 'desk');
  await makeDesk(newDesk(folder, { algorithm, configuration: { maintenance: true } }));
  expect(JSON.parse(await readFile(join(folder, 'server.json'), 'utf8'))).toEqual({
    publicOrigin: origin,
    maintenance: true,
  });
  const CERTDESK_CONFIG = join(folder, 'server.json');
  expect(await run(['config', 'check'], { ...(await env()), CERTDESK_CONFIG })).toMatchObject({ code: 0 });
});

test('the root key opens with its own passphrase, and with no other', async () => {
  const { folder } = await testDeskFiles();
  const key = join(folder, 'authority', 'root.key');
  await expect(readSafe(key, rootPassphrase)).resolves.toBeDefined();
  await expect(readSafe(key, passphrase)).rejects.toMatchObject({ code: 'wrong-passphrase' });
});

test('passphrases that nobody chose have 160 bits, and none comes twice', () => {
  const all = Array.from({ length: 50 }, randomPassphrase);
  expect(new Set(all).size).toBe(50);
  for (const one of all) expect(one).toMatch(/^[A-Za-z0-9_-]{27}$/);
});
