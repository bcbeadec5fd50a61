import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { createOperatorKey } from '../operators/key.ts';
import { insertOperator } from '../operators/register.ts';
import { run as runAlone, testDesk } from './commands.test-support.ts';

const secret = '操作员自己的口令';
const cheap = { logN: 4, r: 1, p: 1 };
const genuine = '91350203M0001QAY9B';

let signing: string[];
let operatorKey: Uint8Array;
beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'certdesk-entity-'));
  const keyFile = join(folder, 'rita.key');
  operatorKey = await createOperatorKey(keyFile, secret, 'sm2', cheap);
  const passphraseFile = join(folder, 'passphrase');
  await writeFile(passphraseFile, `${secret}\n`);
  signing = ['--as', 'rita', '--operator-key', keyFile, '--operator-passphrase-file', passphraseFile];
});

async function staffedDesk() {
  const desk = await testDesk();
  // Migrates.
  expect((await desk.run('entity', 'allowances')).out).toBe('');
  await desk.db
    .transaction()
    .execute((tx) =>
      insertOperator(tx, { id: 'rita', name: '丁', publicKey: operatorKey, roles: ['review'] }, new Date()),
    );
  return desk;
}

test('an operator with the role allows a genuine code that fails its check digit, and withdraws it', async () => {
  const { run, db } = await staffedDesk();
  const reason = ['--reason', '已向登记机关核实'];
  const allowed = await run('entity', 'allow', genuine.toLowerCase(), ...reason, ...signing);
  expect(allowed).toEqual({
    code: 0,
    out: `${genuine} is allowed.\n`,
    err: `${genuine}: uscc, industry and commerce, enterprise, division 350203\nIts check character does not fit.\n`,
  });
  const { out } = await run('entity', 'allowances');
  expect(out).toMatch(
    new RegExp(`^uscc {2}${genuine} {2}operator:rita {2}\\d{4}-\\S+Z {2}已向登记机关核实\n$`),
  );
  expect((await run('entity', 'allow', genuine, ...reason, ...signing)).err).toContain(
    '[entity-code-allowed]',
  );

  const withdrawn = await run('entity', 'disallow', genuine, '--reason', '误操作', ...signing);
  expect(withdrawn.out).toBe(`${genuine} is not allowed any more.\n`);
  expect((await run('entity', 'allowances')).out).toBe('');
  expect((await run('entity', 'disallow', genuine, ...reason, ...signing)).err).toContain(
    '[entity-code-not-allowed]',
  );
  expect(await run('entity', 'allow', genuine, ...reason, ...signing)).toMatchObject({ code: 0 });

  const rows = await db
    .selectFrom('audit_event')
    .select(['actor', 'action', 'subject'])
    .where('action', 'like', 'entity.%')
    .orderBy('id')
    .execute();
  expect(rows).toEqual(
    ['entity.code-allowed', 'entity.allowance-withdrawn', 'entity.code-allowed'].map((action) => ({
      actor: 'operator:rita',
      action,
      subject: `number:uscc:${genuine}`,
    })),
  );
});

test('an organisation code is one however it is written; other numbers are called by their kind', async () => {
  const { run } = await staffedDesk();
  const order = (...words: string[]) => run('entity', ...words, '--reason', '核实', ...signing);
  expect(await order('allow', '66943382-7')).toMatchObject({ out: '669433827 is allowed.\n' });
  expect((await order('allow', '669433827')).err).toContain('[entity-code-allowed]');
  expect((await order('allow', '110108000000017')).code).toBe(2);
  expect((await order('allow', '110108000000017', '--kind', 'licence')).code).toBe(2);
  expect(await order('allow', '110108000000017', '--kind', 'businessLicense')).toMatchObject({ code: 0 });
});

test('signed away from the desk it is handed in as a file, once', async () => {
  const { run } = await staffedDesk();
  const file = join(await mkdtemp(join(tmpdir(), 'certdesk-entity-')), 'allow.json');
  const away = ['--url', 'https://desk.example', '--out', file];
  const words = ['entity', 'allow', genuine, '--reason', '核实', ...signing, ...away];
  expect(await runAlone(words)).toMatchObject({ code: 0 });
  expect(await run('command', 'submit', file)).toMatchObject({ out: `${genuine} is allowed.\n` });
  expect((await run('command', 'submit', file)).err).toContain('[command-used]');
});

test('an operator without the role allows nothing', async () => {
  const { run, db } = await staffedDesk();
  await db
    .updateTable('operator')
    .set({ roles: ['operators', 'revocation'] })
    .execute();
  const { err } = await run('entity', 'allow', genuine, '--reason', '核实', ...signing);
  expect(err).toContain('[operator-role]');
  expect((await run('entity', 'allowances')).out).toBe('');
});
