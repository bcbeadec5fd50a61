import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  type Behaviour,
  hangingUp,
  loopbackRegister,
  saying,
} from '../registry/http/register.test-support.ts';
import { fileOf, testDesk } from './commands.test-support.ts';

const code = '91310106669433828F';
const record = { name: '上海示例贸易有限公司', state: '存续', region: '310106', code };

/** A desk before a register of its own. @param http of its configuration */
async function deskBefore(usual: Behaviour, order: string[] = ['http'], http: object = {}) {
  const desk = await testDesk();
  const register = await loopbackRegister(usual);
  const [key, out] = [join(desk.folder, 'register.key'), join(desk.folder, 'register.pub')];
  expect(await desk.run('registry', 'key', '--key', key, '--public-out', out)).toMatchObject({ code: 0 });
  const configuration = JSON.parse(await readFile(desk.env.CERTDESK_CONFIG, 'utf8'));
  configuration.registry = {
    order,
    http: {
      url: `${register.origin}/entities/{number}`,
      authentication: { kind: 'signature', key: 'register.key', keyId: 'desk-1' },
      // Nobody waits for these.
      timeoutMs: 15_000,
      totalMs: 30_000,
      answer: {
        unknownStatus: 404,
        name: '/name',
        state: { at: '/state', values: { 存续: 'active' } },
        division: '/region',
        numbers: { uscc: '/code' },
      },
      ...http,
    },
  };
  await writeFile(desk.env.CERTDESK_CONFIG, JSON.stringify(configuration));
  return { ...desk, register, ask: (...more: string[]) => desk.run('registry', 'ask', code, ...more) };
}

test('prints the answer, which register gave it, and how old it is', async () => {
  const { ask, register } = await deskBefore(saying(record));
  const { code: exit, out, err } = await ask();
  expect(exit).toBe(0);
  expect(err).toMatch(/^http: found, after \d+ ms\n$/);
  const id = register.asked[0]?.headers['x-request-id'];
  expect(out.split('\n').slice(0, 6)).toEqual([
    'found',
    'name      上海示例贸易有限公司',
    'state     active',
    'division  310106',
    `uscc  ${code}`,
    `register  http, ${id}`,
  ]);
  expect(out).toMatch(/^said at {3}.*Z, 0 minutes ago$/m);
});

test('says which pointer found nothing, and what stands there', async () => {
  const { ask, register } = await deskBefore(saying({ result: record }));
  const nothing = await ask();
  expect(nothing).toMatchObject({ code: 1, out: 'silent\n' });
  expect(nothing.err).toContain('registry.http.answer.name: “/name” points to nothing of use in the answer');
  register.usually(saying({ ...record, state: '吊销' }));
  expect((await ask()).err).toContain(
    'registry.http.answer.state: “/state” has a value that is not among the configured ones in the answer; there stands "吊销"',
  );
});

test('asks one register after the other, and the exit code says whether there was an answer', async () => {
  const { ask, run, register } = await deskBefore(saying({}, 404), ['table', 'http']);
  await run(
    'registry',
    'import',
    await fileOf('name,uscc\n苏州另一家有限公司,91310000631291289X\n', 'r.csv'),
  );
  const unknown = await ask();
  expect(unknown).toMatchObject({ code: 0, out: 'unknown (no-such-number)\n' });
  expect(unknown.err).toMatch(/^table: unknown, after \d+ ms\nhttp: unknown, after \d+ ms\n$/);
  register.usually(hangingUp);
  const silent = await ask();
  expect(silent).toMatchObject({ code: 1, out: 'silent\n' });
  expect(silent.err).toContain('http: cannot be reached: ');
  const table = await run('registry', 'ask', '91310000631291289X');
  expect(table.out).toContain('苏州另一家有限公司');
  expect(table.err).not.toContain('http');
});

test('takes a kind of number, and none that there is not', async () => {
  const { ask, register } = await deskBefore(saying({}, 404));
  expect(await ask('--kind', 'taxRegistration')).toMatchObject({
    code: 0,
    out: 'unknown (no-such-number)\n',
  });
  expect(register.asked).toEqual([]);
  expect(await ask('--kind', 'passport')).toMatchObject({ code: 2 });
});

test('a configuration that cannot be used is told by its place, in config check too', async () => {
  const authentication = { kind: 'signature', key: 'none.key', keyId: 'desk-1' };
  const { ask, run } = await deskBefore(saying(record), ['http'], { authentication });
  for (const { code: exit, err } of [await ask(), await run('config', 'check')]) {
    expect(exit).toBe(1);
    expect(err).toMatch(/none\.key.*\[configuration-invalid\]/);
  }
});

test('config check finds a register good that is away', async () => {
  const { run, register } = await deskBefore(saying(record));
  await register.go();
  expect(await run('config', 'check')).toMatchObject({ code: 0, err: '' });
});
