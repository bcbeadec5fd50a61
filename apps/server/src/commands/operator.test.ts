import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { generateSoftwareKey, toPem } from '@certdesk/pki';
import { expect, test } from 'vitest';
import { createOperatorKey, openOperatorKey } from '../operators/key.ts';
import { fileOf, run as runAlone, testDesk, testFolder } from './commands.test-support.ts';

const secret = '操作员自己的口令';
/** Nothing is kept from anybody in a test. */
const cheap = { logN: 4, r: 1, p: 1 };

/** A person with a key file of his own. */
async function person(id: string, algorithm: 'sm2' | 'p256' = 'sm2') {
  const keyFile = join(await testFolder(), `${id}.key`);
  const passphraseFile = await fileOf(`${secret}\n`);
  const publicKey = toPem('PUBLIC KEY', await createOperatorKey(keyFile, secret, algorithm, cheap));
  const key = await fileOf(publicKey);
  const as = ['--as', id, '--operator-key', keyFile, '--operator-passphrase-file', passphraseFile];
  const asNew = (roles: string) => ['--id', id, '--name', `操作员 ${id}`, '--key', key, '--roles', roles];
  return { keyFile, as: [...as, '--because', '测试'], asNew };
}

/** A desk with its first operator. */
async function staffedDesk() {
  const desk = await testDesk();
  const alice = await person('alice');
  const added = await desk.run('operator', 'add', ...alice.asNew('operators,revocation'));
  expect(added).toEqual({ code: 0, out: 'alice is an operator: operators, revocation.\n', err: '' });
  return { ...desk, alice };
}

test('an operator’s key is sealed under his own passphrase, and never overwritten', async () => {
  const keyFile = join(await testFolder(), 'alice.key');
  const passphraseFile = await fileOf(`${secret}\n`);
  const create = ['operator', 'create', '--out', keyFile, '--operator-passphrase-file', passphraseFile];
  const { code, out } = await runAlone(create);
  const content = await readFile(keyFile);
  expect({ code, mode: (await stat(keyFile)).mode & 0o777 }).toEqual({ code: 0, mode: 0o600 });
  expect(content.toString()).not.toContain('PRIVATE');
  const signer = await openOperatorKey(keyFile, secret);
  expect(out).toBe(toPem('PUBLIC KEY', signer.publicKey));
  const again = await runAlone(create);
  expect(again).toMatchObject({ code: 1, out: '' });
  expect(again.err).toContain('[file-exists]');
  expect(await readFile(keyFile)).toEqual(content);
});

test('the first operator needs the server’s passphrase, and the role that admits others', async () => {
  const { run, env, db } = await testDesk();
  const alice = await person('alice');
  const without = await runAlone(['operator', 'add', ...alice.asNew('operators')], {
    ...env,
    CERTDESK_PASSPHRASE_FILE: await fileOf('wrong\n'),
  });
  expect(without.err).toContain('[passphrase-wrong]');
  expect((await run('operator', 'add', ...alice.asNew('revocation'))).err).toContain('[command-invalid]');
  expect(await db.selectFrom('operator').select('id').execute()).toEqual([]);
  expect(await run('operator', 'add', ...alice.asNew('operators'))).toMatchObject({ code: 0 });
});

test('later ones are admitted by one operator and the passphrase, and by two as soon as there are two', async () => {
  const { run, env, alice } = await staffedDesk();
  const [bob, carol, dave] = [await person('bob', 'p256'), await person('carol'), await person('dave')];
  expect((await run('operator', 'add', ...bob.asNew('operators'))).err).toContain('[operator-admitted-by]');
  const { CERTDESK_PASSPHRASE_FILE: _, ...unopened } = env;
  const alone = await runAlone(['operator', 'add', ...bob.asNew('operators'), ...alice.as], unopened);
  expect(alone.err).toContain('CERTDESK_PASSPHRASE_FILE is needed');
  expect(await run('operator', 'add', ...bob.asNew('operators'), ...alice.as)).toEqual({
    code: 0,
    out: 'bob is an operator: operators.\n',
    err: '',
  });

  const first = await run('operator', 'add', ...carol.asNew('recovery'), ...alice.as);
  expect(first.out).toMatch(
    /^Waits for a second operator until .*Z: certdesk command second [0-9a-f-]{36}\n$/,
  );
  const [id = ''] = /[0-9a-f-]{36}/.exec(first.out) ?? [];
  const list = await run('command', 'list');
  expect(list.out).toContain(`${id}  `);
  expect(list.out).toContain('alice  operator.add  operator:carol');
  expect((await run('command', 'second', id, ...alice.as)).err).toContain('[command-same-operator]');
  const second = await run('command', 'second', id, ...bob.as);
  expect(second).toMatchObject({ code: 0, out: 'carol is an operator: recovery.\n' });
  expect(second.err).toContain('operator.add operator:carol');
  expect((await run('command', 'second', id, ...bob.as)).err).toContain('[command-not-waiting]');
  expect((await run('command', 'list')).out).toBe('');

  // Carol has another duty, and does not admit anybody.
  expect((await run('operator', 'add', ...dave.asNew('recovery'), ...carol.as)).err).toContain(
    '[operator-role]',
  );
  expect((await run('operator', 'list')).out.split('\n').map((line) => line.split('  ').slice(0, 3))).toEqual(
    [
      ['alice', 'enabled', 'operators,revocation'],
      ['bob', 'enabled', 'operators'],
      ['carol', 'enabled', 'recovery'],
      [''],
    ],
  );
});

test('an operator who is disabled orders nothing any more; the last who admits others stays', async () => {
  const { run, alice } = await staffedDesk();
  const bob = await person('bob');
  await run('operator', 'add', ...bob.asNew('operators'), ...alice.as);
  expect(await run('operator', 'disable', 'bob', ...alice.as)).toMatchObject({ out: 'bob is disabled.\n' });
  expect((await run('operator', 'disable', 'alice', ...bob.as)).err).toContain('[operator-unknown]');
  expect((await run('operator', 'disable', 'alice', ...alice.as)).err).toContain('[operator-last]');
  expect((await run('operator', 'disable', 'nobody', ...alice.as)).err).toContain('[operator-unknown]');
  expect((await run('operator', 'add', ...bob.asNew('operators'), ...alice.as)).err).toContain(
    '[operator-exists]',
  );
});

test('a command is signed on a machine of its own and handed in from a file, once', async () => {
  const { run, alice, folder } = await staffedDesk();
  const bob = await person('bob');
  const file = join(folder, 'command.json');
  const away = await runAlone([
    ...['operator', 'add', ...bob.asNew('recovery'), ...alice.as],
    ...['--url', 'https://desk.example', '--out', file],
  ]);
  expect(away).toEqual({
    code: 0,
    out: `Wrote ${file}. At the desk: certdesk command submit ${file}\n`,
    err: '',
  });
  expect(await run('command', 'submit', file)).toMatchObject({
    code: 0,
    out: 'bob is an operator: recovery.\n',
  });
  expect((await run('command', 'submit', file)).err).toContain('[command-used]');
  expect((await run('command', 'submit', '/no/such/file')).err).toContain('[configuration-invalid]');
  expect((await run('command', 'submit', await fileOf('{}'))).err).toContain('[command-invalid]');
});

test('a key that is none of SM2 or P-256 is no operator’s', async () => {
  const { run, alice } = await staffedDesk();
  const key = await fileOf(toPem('PUBLIC KEY', generateSoftwareKey('rsa2048').publicKey));
  const { err } = await run(
    ...['operator', 'add', '--id', 'rsa', '--name', 'RSA', '--key', key, '--roles', 'recovery', ...alice.as],
  );
  expect(err).toContain('[operator-key]');
});
