import { generateSoftwareKey, toPem } from '@certdesk/pki';
import { expect, test } from 'vitest';
import { fileOf, run, testDesk, testDeskFiles } from './commands.test-support.ts';

const spki = generateSoftwareKey('sm2').publicKey;
const pem = toPem('PUBLIC KEY', spki);

async function addArguments(more: Record<string, string> = {}) {
  const options = {
    id: 'counter',
    name: '受理点系统',
    key: await fileOf(pem, 'counter.pem'),
    profiles: 'entity-signing-sm2,entity-signing-rsa',
    'daily-limit': '500',
    ...more,
  };
  return ['client', 'add', ...Object.entries(options).flatMap(([name, value]) => [`--${name}`, value])];
}

const listed = (state: string) =>
  `counter  ${state}  500 a day  entity-signing-sm2,entity-signing-rsa  受理点系统\n`;

test('a client is added, enabled, disabled and listed, and the audit log knows', async () => {
  const { db, run } = await testDesk();
  expect(await run('client', 'list')).toEqual({ code: 0, out: '', err: '' });
  expect(await run(...(await addArguments()))).toEqual({
    code: 0,
    out: 'Added counter. It may ask for nothing until: certdesk client enable counter\n',
    err: '',
  });
  expect((await run('client', 'list')).out).toBe(listed('disabled'));
  expect(await run('client', 'enable', 'counter')).toMatchObject({ code: 0, out: 'counter is enabled.\n' });
  expect((await run('client', 'list')).out).toBe(listed('enabled'));
  expect(await run('client', 'disable', 'counter')).toMatchObject({ code: 0, out: 'counter is disabled.\n' });
  expect((await run('client', 'list')).out).toBe(listed('disabled'));
  const rows = await db
    .selectFrom('audit_event')
    .select(['actor', 'action', 'subject'])
    .orderBy('id')
    .execute();
  expect(rows).toEqual(
    ['client.added', 'client.enabled', 'client.disabled'].map((action) => ({
      actor: 'operator',
      action,
      subject: 'client:counter',
    })),
  );
});

test('its key may be DER too, and is kept as it is', async () => {
  const { db, run } = await testDesk();
  const key = await fileOf(spki, 'counter.der');
  expect(await run(...(await addArguments({ key })))).toMatchObject({ code: 0 });
  const row = await db.selectFrom('registration_client').select('public_key').executeTakeFirstOrThrow();
  expect(Buffer.from(row.public_key)).toEqual(Buffer.from(spki));
});

test('a client of that id is not replaced', async () => {
  const { run } = await testDesk();
  await run(...(await addArguments()));
  const { code, err } = await run(...(await addArguments({ 'daily-limit': '9' })));
  expect(code).toBe(1);
  expect(err).toContain('counter');
  expect(err).toContain('[client-exists]');
  expect((await run('client', 'list')).out).toBe(listed('disabled'));
});

test.each(['enable', 'disable'])('a client that is not there: %s', async (what) => {
  const { db, run } = await testDesk();
  const { code, err } = await run('client', what, 'nobody');
  expect(code).toBe(1);
  expect(err).toContain('[client-unknown]');
  expect(await db.selectFrom('audit_event').select('id').execute()).toEqual([]);
});

test.each([
  ['id', '', '--id is missing'],
  ['id', 'Counter 1', '--id: lower-case letters, digits and hyphens'],
  ['name', '', '--name is missing'],
  ['profiles', 'entity-signing-sm2,none', 'There is no profile none: entity-signing-sm2, '],
  ['profiles', 'entity-signing-sm2,', 'There is no profile '],
  ['daily-limit', 'many', '--daily-limit: a number'],
  ['daily-limit', '1.5', '--daily-limit: a number'],
  ['daily-limit', '2147483648', '--daily-limit: a number'],
])('--%s %j is not understood, before a database is asked for', async (option, value, said) => {
  const { env } = await testDeskFiles();
  const { code, err } = await run(await addArguments({ [option]: value }), env);
  expect(code).toBe(2);
  expect(err).toContain(said);
});

test.each([
  ['is missing', undefined, 'ENOENT'],
  ['is empty', '', 'no PEM block found'],
  ['is cut off', pem.slice(0, 80), 'PEM'],
])('a key file that %s is named', async (_, content, said) => {
  const { env } = await testDeskFiles();
  const key = content === undefined ? '/no/such/file' : await fileOf(content);
  const { code, err } = await run(await addArguments({ key }), env);
  expect(code).toBe(1);
  expect(err).toContain(`${key}: `);
  expect(err).toContain(said);
});

test('a key that is none of SM2 or P-256 is refused', async () => {
  const { db, run } = await testDesk();
  const others = [
    toPem('CERTIFICATE', spki),
    toPem('PUBLIC KEY', generateSoftwareKey('rsa2048').publicKey),
    Uint8Array.of(0x30, 0x03, 0x02, 0x01, 0x01),
  ];
  for (const content of others) {
    const { code, err } = await run(...(await addArguments({ key: await fileOf(content) })));
    expect(code).toBe(1);
    expect(err).toContain('[client-key]');
  }
  expect(await db.selectFrom('registration_client').select('id').execute()).toEqual([]);
});
