import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createTestDatabase } from '../../../../test/support/database.ts';
import { fileOf, run, testDatabase, testDeskFiles } from './commands.test-support.ts';

const names = [
  'init',
  'config check',
  'trust',
  'registry import',
  'registry ask',
  'registry key',
  'certificate import',
  'authority list',
  'authority roll',
  'authority add',
  'certificate revoke',
  'certificate suspend',
  'certificate resume',
  'audit verify',
  'client add',
  'client enable',
  'client disable',
  'client list',
  'operator create',
  'operator add',
  'operator disable',
  'operator list',
  'command list',
  'command second',
  'command submit',
  'demo prepare',
];

describe('the command line', () => {
  test.each([[], ['help'], ['--help'], ['-h'], ['registry', 'import', '--help']])(
    'tells all commands when it is asked: %j',
    async (...argv) => {
      const { code, out, err } = await run(argv.filter((word) => typeof word === 'string'));
      expect({ code, err }).toEqual({ code: 0, err: '' });
      for (const name of names) expect(out).toContain(`\n  certdesk ${name}`);
      expect(out).toContain('CERTDESK_CONFIG, CERTDESK_PASSPHRASE_FILE and DATABASE_URL');
    },
  );

  test.each([
    ['nonsense', 'There is no command "nonsense".'],
    ['registry', 'There is no command "registry".'],
    ['registry export', 'There is no command "registry export".'],
    ['constructor', 'There is no command "constructor".'],
    ['config --colour', "Unknown option '--colour'"],
    ['init --folder', "'--folder <value>' argument missing"],
  ])('does not understand “%s”, and tells all commands', async (line, said) => {
    const { code, out, err } = await run(line.split(' '));
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain(said);
    expect(err).toContain('certdesk registry import');
  });

  test.each([
    ['registry import', 'Which file?', 'registry import FILE'],
    ['registry import a.csv b.csv', 'What is "b.csv"?', 'registry import FILE'],
    ['certificate import', 'Which files?', 'certificate import FILE…'],
    ['audit verify heads.jsonl', 'What is "heads.jsonl"?', 'audit verify [--heads FILE]'],
    ['config check --folder x', 'This command has no --folder', 'config check'],
    ['client enable', 'Which client?', 'client enable ID'],
    ['client disable a b', 'What is "b"?', 'client disable ID'],
    ['operator create --out x', '--operator-passphrase-file is missing', 'operator create --out FILE.key'],
    [
      'operator create --out x --algorithm rsa',
      '--algorithm is sm2 or p256',
      'operator create --out FILE.key',
    ],
    ['certificate revoke', 'Which certificate?', 'certificate revoke DIGEST|SERIAL'],
    ['certificate revoke 01', '--reason is missing', 'certificate revoke DIGEST|SERIAL'],
    [
      'certificate revoke 01 --reason theft',
      'cessationOfOperation, privilegeWithdrawn',
      'certificate revoke',
    ],
    ['certificate suspend', 'Which certificate?', 'certificate suspend DIGEST|SERIAL'],
    ['operator disable', 'Which operator?', 'operator disable ID'],
    ['operator disable Alice', 'lower-case letters, digits and hyphens', 'operator disable ID'],
    ['command submit', 'Which file?', 'command submit FILE'],
    ['command second', 'Which command?', 'command second ID'],
    ['demo prepare --url http://localhost:1', '--folder is missing', 'demo prepare --folder DIR'],
    ['demo prepare --folder=', '--folder is missing', 'demo prepare --folder DIR'],
    ['init --algorithm dsa', '--algorithm is sm2, p256, p384 or rsa', 'init --folder DIR'],
    ['init --folder x', 'CERTDESK_PASSPHRASE_FILE is not set', 'init --folder DIR'],
  ])('“%s” is not understood, and its usage is told: %s', async (line, said, usage) => {
    const { code, out, err } = await run(line.split(' '));
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain(`${said}\n\n  certdesk ${usage}`);
  });
});

describe('the environment', () => {
  test.each([
    ['config check', 'CERTDESK_CONFIG'],
    ['config check', 'CERTDESK_PASSPHRASE_FILE'],
    ['trust', 'CERTDESK_CONFIG'],
    ['trust', 'CERTDESK_PASSPHRASE_FILE'],
    ['registry import register.csv', 'DATABASE_URL'],
    ['certificate import one.crt', 'CERTDESK_CONFIG'],
    ['certificate import one.crt', 'CERTDESK_PASSPHRASE_FILE'],
    ['certificate import one.crt', 'DATABASE_URL'],
    ['audit verify', 'CERTDESK_CONFIG'],
    ['audit verify', 'DATABASE_URL'],
    ['client enable counter', 'DATABASE_URL'],
    ['client list', 'DATABASE_URL'],
  ])('“%s” names what it lacks: %s', async (line, missing) => {
    const { env } = await testDeskFiles();
    const database = { DATABASE_URL: 'postgres://desk@localhost:1/desk' };
    const { code, out, err } = await run(line.split(' '), { ...env, ...database, [missing]: undefined });
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toContain(`${missing} is not set`);
    expect(err).toContain('[configuration-invalid]');
  });

  test.each([
    ['of another kind', 'mysql://desk:hunter2@localhost/desk', '[configuration-invalid]'],
    ['that is none', 'postgres://desk:hunter2@[not/desk', 'Invalid URL'],
    ['where nobody answers', 'postgres://desk:hunter2@127.0.0.1:1/desk', '[database-unavailable]'],
  ])('a database address %s is refused and not told', async (_, DATABASE_URL, said) => {
    const { code, out, err } = await run(['client', 'list'], { DATABASE_URL });
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toContain(said);
    expect(err).not.toContain('hunter2');
  });

  test('an empty database is brought to its schema, whoever comes first', async () => {
    const { url } = await createTestDatabase({ migrated: false });
    const env = { DATABASE_URL: url };
    expect(await run(['client', 'list'], env)).toEqual({ code: 0, out: '', err: '' });
    expect(await run(['client', 'list'], env)).toEqual({ code: 0, out: '', err: '' });
  });

  test('a database of a newer program is left alone', async () => {
    const { db, env } = await testDatabase();
    await db
      .insertInto('schema_migration' as never)
      .values({ name: '9999-later.sql', digest: 'x' } as never)
      .execute();
    const { code, err } = await run(['client', 'list'], env);
    expect({ code, err }).toEqual({
      code: 1,
      err: 'The database is newer than this program: it has run 9999-later.sql.\n',
    });
  });
});

describe('config check', () => {
  test('passes on a whole desk, and needs no database', async () => {
    const { env } = await testDeskFiles();
    expect(await run(['config', 'check'], env)).toEqual({
      code: 0,
      out: 'The configuration is good.\n',
      err: '',
    });
  });

  test('tells a wrong passphrase', async () => {
    const { folder, env } = await testDeskFiles();
    const wrong = await fileOf('not this one\n');
    const { code, err } = await run(['config', 'check'], { ...env, CERTDESK_PASSPHRASE_FILE: wrong });
    expect({ code, err }).toEqual({
      code: 1,
      err: `The passphrase does not open ${join(folder, 'authority', 'issuing.key')}. [passphrase-wrong]\n`,
    });
  });

  test.each([
    'authority/root.crt',
    'authority/issuing.crt',
    'authority/issuing.key',
    'audit.key',
    'agreement.zh.txt',
    'agreement.en.txt',
    'server.json',
  ])('names %s when it is gone or spoilt', async (name) => {
    const { folder, env } = await testDeskFiles();
    const file = join(folder, name);
    await writeFile(file, '');
    const spoilt = await run(['config', 'check'], env);
    await rm(file);
    const gone = await run(['config', 'check'], env);
    for (const { code, err } of [spoilt, gone]) {
      expect(code).toBe(1);
      expect(err).toContain(file);
      expect(err).toMatch(/^The configuration is not valid: .* \[configuration-invalid\]\n$/);
    }
  });

  test('does not need the root key, which belongs elsewhere', async () => {
    const { folder, env } = await testDeskFiles();
    await rm(join(folder, 'authority', 'root.key'));
    expect(await run(['config', 'check'], env)).toMatchObject({ code: 0 });
  });

  test('looks into what the configuration names', async () => {
    const { env } = await testDeskFiles();
    const write = (more: object) =>
      writeFile(env.CERTDESK_CONFIG, JSON.stringify({ publicOrigin: 'https://desk.example', ...more }));
    const check = async () => (await run(['config', 'check'], env)).err;
    for (const [profiles, said] of [
      [{ sm2: 'none-such' }, 'renewal.profiles.sm2: there is no profile none-such'],
      [{ dsa: 'entity-signing-sm2' }, 'renewal.profiles.dsa: is neither a kind of key nor a profile'],
    ] as const) {
      await write({ renewal: { profiles } });
      expect(await check()).toContain(said);
    }
    await write({ authority: { trustedRoots: ['former.crt'] } });
    expect(await check()).toContain('former.crt: ENOENT');
    await write({ authority: { intermediates: ['server.json'] } });
    expect(await check()).toContain('server.json: ');
    const names = { zh: '上海市', en: 'Shanghai' };
    await write({ served: { codes: 'served.txt', names } });
    expect(await check()).toMatch(/served\.txt: ENOENT/);
    await write({ served: { divisions: ['31'] } });
    expect(await check()).toContain('served.names: goes with served.divisions or served.codes');
    await write({ authority: { profiles: [{}] } });
    expect(await check()).toContain('profiles[0]');
    await write({ colour: 'red', session: { minutes: 1 } });
    expect(await check()).toMatch(/session\.minutes: .*; file: Unrecognized key: "colour"/);
  });
});

test('trust prints what assistants are told: the origin and the order key', async () => {
  const { env } = await testDeskFiles();
  const { code, out, err } = await run(['trust'], env);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(JSON.parse(out)).toEqual({
    origin: 'https://desk.example',
    server: 'https://desk.example',
    name: '证书自助服务',
    orderKeys: [expect.stringMatching(/^[A-Za-z0-9+/]{120,}={0,2}$/)],
  });
});
