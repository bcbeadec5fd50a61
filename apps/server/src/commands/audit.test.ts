import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { createAuditKey, openAuditKey } from '../audit/key.ts';
import { record } from '../audit/record.ts';
import { startSealer } from '../audit/sealer.ts';
import { passphrase, testDesk, testFolder } from './commands.test-support.ts';

/** A desk with six rows in its log, sealed by two heads. */
async function sealedDesk() {
  const desk = await testDesk();
  const { db, folder } = desk;
  const headsFile = join(folder, 'audit-heads.jsonl');
  const key = await openAuditKey(join(folder, 'audit.key'), passphrase);
  // Rounds only when the test asks for one.
  const sealer = startSealer({ db, key, headsFile, clock: () => new Date(), intervalMs: 3_600_000 });
  for (const at of [1, 2, 3, 4, 5, 6]) {
    const entry = { actor: 'system', action: 'test.done', subject: `test:${at}`, data: { at } };
    await db.transaction().execute((tx) => record(tx, entry, new Date()));
    if (at % 3 === 0) await sealer.seal();
  }
  await sealer.stop();
  /** What somebody with the database's own rights does. */
  const tamper = (statement: string) =>
    db.connection().execute(async (connection) => {
      await sql`set session_replication_role = replica`.execute(connection);
      await sql.raw(statement).execute(connection);
      await sql`set session_replication_role = origin`.execute(connection);
    });
  return { ...desk, headsFile, tamper };
}

test('a whole log is told as whole, and no passphrase is asked for', async () => {
  const { env, run } = await sealedDesk();
  await writeFile(env.CERTDESK_PASSPHRASE_FILE, '');
  expect(await run('audit', 'verify')).toEqual({ code: 0, out: '6 rows and 2 heads are whole.\n', err: '' });
});

test.each([
  ['changed', `update audit_event set data = '{"at":7}' where id = 2`, 2],
  ['deleted', 'delete from audit_event where id = 5', 5],
  ['cut', 'truncate audit_event, audit_link, audit_head', 1],
])('a log that was tampered with is told as %s, with its row', async (kind, statement, row) => {
  const { run, tamper } = await sealedDesk();
  await tamper(statement);
  const { code, out, err } = await run('audit', 'verify');
  expect({ code, out }).toEqual({ code: 1, out: '' });
  expect(err).toContain(`The audit log is broken at row ${row}: `);
  expect(err).toContain(`(${kind})`);
  expect(err).toContain('[audit-broken]');
});

test('an auditor brings the heads and the public key', async () => {
  const { folder, headsFile, run } = await sealedDesk();
  const own = ['--heads', headsFile, '--key', join(folder, 'audit.pub')];
  expect(await run('audit', 'verify', ...own)).toMatchObject({ code: 0 });

  const strange = join(await testFolder(), 'strange.key');
  await createAuditKey(strange, passphrase, { logN: 4, r: 1, p: 1 });
  const { code, err } = await run('audit', 'verify', '--key', strange.replace('.key', '.pub'));
  expect(code).toBe(1);
  expect(err).toContain('(head-forged)');
});

test('heads or a key that are not there are named: without heads an emptied log looks whole', async () => {
  const { tamper, run } = await sealedDesk();
  await tamper('truncate audit_event, audit_link, audit_head, audit_pending');
  for (const option of ['--heads', '--key']) {
    const { code, out, err } = await run('audit', 'verify', option, '/no/such/file');
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toMatch(/\/no\/such\/file: .*ENOENT.*\[configuration-invalid\]/);
  }
});
