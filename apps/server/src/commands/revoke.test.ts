import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  buildCertificate,
  Certificate,
  DEFAULT_IDENTITY_NUMBER_OIDS,
  generateSoftwareKey,
  identityNumberExtension,
  type KeyUsage,
  keyUsage,
  Name,
  toPem,
} from '@certdesk/pki';
import { sql } from 'kysely';
import { beforeAll, expect, test } from 'vitest';
import { openIssuingCa } from '../authority/embedded/open.ts';
import { createOperatorKey } from '../operators/key.ts';
import { insertOperator } from '../operators/register.ts';
import { fileOf, passphrase, run as runAlone, testDesk } from './commands.test-support.ts';

const day = 86_400_000;
const secret = '操作员自己的口令';
const cheap = { logN: 4, r: 1, p: 1 };

let as: string[];
let operatorKey: Uint8Array;
beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'certdesk-revoke-'));
  const keyFile = join(folder, 'carol.key');
  operatorKey = await createOperatorKey(keyFile, secret, 'sm2', cheap);
  as = ['--as', 'carol', '--operator-key', keyFile];
});
const signing = async () => [
  ...as,
  '--operator-passphrase-file',
  await fileOf(secret),
  '--because',
  '介质遗失，单位来函',
];

/** A desk with an operator who revokes, and a company with twin certificates. */
async function deskWithTwins() {
  const desk = await testDesk();
  const { db, folder, run } = desk;
  const now = new Date(Math.floor(Date.now() / 1000) * 1000);
  await db
    .transaction()
    .execute((tx) =>
      insertOperator(tx, { id: 'carol', name: '丙', publicKey: operatorKey, roles: ['revocation'] }, now),
    );
  const ca = await openIssuingCa(join(folder, 'authority'), passphrase);
  const issue = async (serialNumber: string, usage: readonly KeyUsage[]) => {
    const der = await buildCertificate({
      serialNumber,
      issuer: ca.certificate.subject,
      subject: Name.of([{ type: 'CN', value: '上海示例有限公司' }]),
      notBefore: new Date(now.getTime() - 3600_000),
      notAfter: new Date(now.getTime() + 100 * day),
      publicKey: generateSoftwareKey('sm2').publicKey,
      extensions: [
        keyUsage(usage),
        identityNumberExtension({ kind: 'uscc', value: '91310106669433828F' }, DEFAULT_IDENTITY_NUMBER_OIDS),
      ],
      signer: ca.signer,
    });
    return { der, file: await fileOf(toPem('CERTIFICATE', der), `${serialNumber}.crt`) };
  };
  const certificate = await issue('5159', ['digitalSignature', 'nonRepudiation']);
  const twin = await issue('e7c4', ['keyEncipherment', 'dataEncipherment']);
  const imported = await run('certificate', 'import', certificate.file, twin.file);
  expect(imported.err).toBe('');
  const { rows } = await sql<{ digest: string }>`
    select digest from certificate where serial_number = '5159'`.execute(db);
  return {
    ...desk,
    digest: rows[0]?.digest ?? '',
    certificate: Certificate.parse(certificate.der),
    states: async () => {
      const found = await db.selectFrom('certificate').selectAll().orderBy('serial_number').execute();
      return found.map((row) => [row.serial_number, row.state, row.revocation_reason]);
    },
    jobs: async () => {
      const jobs = await sql<{ task: string }>`
        select task_identifier as task from graphile_worker.jobs order by task_identifier`.execute(db);
      return jobs.rows.map(({ task }) => task);
    },
  };
}

test('a certificate is revoked by its serial number, with its twin, and what has to follow is queued', async () => {
  const { run, states, jobs, db } = await deskWithTwins();
  const revoke = ['certificate', 'revoke', '51:59', '--reason', 'keyCompromise', ...(await signing())];
  expect(await run(...revoke)).toEqual({
    code: 0,
    out: '5159 is revoked, and so is its encryption certificate e7c4.\n',
    err: '',
  });
  expect(await states()).toEqual([
    ['5159', 'revoked', 'keyCompromise'],
    ['e7c4', 'revoked', 'keyCompromise'],
  ]);
  // One list for both.
  expect(await jobs()).toEqual(['certificate-stopped', 'certificate-stopped', 'publish-lists']);
  const rows = await db
    .selectFrom('audit_event')
    .select(['actor', 'action', 'data'])
    .where('action', 'in', ['command.carried-out', 'certificate.revoked'])
    .orderBy('id')
    .execute();
  expect(rows.map(({ actor, action }) => [actor, action])).toEqual([
    ['operator:carol', 'command.carried-out'],
    ['operator:carol', 'certificate.revoked'],
    ['operator:carol', 'certificate.revoked'],
  ]);
  const { payload = '' } = (rows[0]?.data ?? {}) as { payload?: string };
  expect(Buffer.from(payload, 'base64').toString()).toContain('介质遗失，单位来函');

  const again = await run(...revoke);
  expect(again).toMatchObject({ code: 1, out: '' });
  expect(again.err).toContain('Certificate 5159 is revoked');
});

test('it is suspended and resumed by its digest, and from a file that was signed elsewhere', async () => {
  const { run, states, digest, folder } = await deskWithTwins();
  const words = await signing();
  expect((await run('certificate', 'resume', digest, ...words)).err).toContain('[certificate-state]');
  expect(await run('certificate', 'suspend', digest, ...words)).toMatchObject({ code: 0 });
  expect((await states()).map(([, state]) => state)).toEqual(['suspended', 'suspended']);

  const file = join(folder, 'resume.json');
  const away = ['--url', 'https://desk.example', '--out', file];
  expect(await runAlone(['certificate', 'resume', digest, ...words, ...away])).toMatchObject({ code: 0 });
  expect((await runAlone(['certificate', 'resume', '5159', ...words, ...away])).code).toBe(2);
  expect(await run('command', 'submit', file)).toMatchObject({
    out: '5159 is in force again, and so is its encryption certificate e7c4.\n',
  });
  expect((await states()).map(([, state]) => state)).toEqual(['in-force', 'in-force']);
});

test('who revokes what was renewed is told of what it was renewed to', async () => {
  const { run, db } = await deskWithTwins();
  await sql`update certificate set state = 'superseded',
    superseded_by = (select id from certificate where serial_number = 'e7c4') where serial_number = '5159'`.execute(
    db,
  );
  const { out } = await run(
    'certificate',
    'revoke',
    '5159',
    '--reason',
    'keyCompromise',
    ...(await signing()),
  );
  expect(out).toContain('It had been renewed to e7c4, which is revoked.');
});

test('a certificate that is not there, or that several CAs have numbered alike, is not touched', async () => {
  const { run, db, states } = await deskWithTwins();
  const revoke = async (name: string) =>
    run('certificate', 'revoke', name, '--reason', 'superseded', ...(await signing()));
  expect((await revoke('beef')).err).toContain('[certificate-not-found]');
  expect((await revoke('nonsense')).err).toContain('[certificate-not-found]');
  await sql`update certificate set serial_number = '5159', issuer = 'CN=Other' where serial_number = 'e7c4'`.execute(
    db,
  );
  expect((await revoke('5159')).err).toContain('[certificate-ambiguous]');
  expect((await states()).map(([, state]) => state)).toEqual(['in-force', 'in-force']);
});

test('an operator without the role revokes nothing', async () => {
  const { run, db, states } = await deskWithTwins();
  await db
    .updateTable('operator')
    .set({ roles: ['operators'] })
    .execute();
  const { err } = await run('certificate', 'suspend', '5159', ...(await signing()));
  expect(err).toContain('[operator-role]');
  expect((await states()).map(([, state]) => state)).toEqual(['in-force', 'in-force']);
});
