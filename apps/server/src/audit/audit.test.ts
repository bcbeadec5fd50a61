import { appendFile, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Sm2PrivateKey } from '@certdesk/gm';
import { sql } from 'kysely';
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { createTestDatabase } from '../../../../test/support/database.ts';
import { type Db, openDatabase } from '../schema/database.ts';
import { type AuditRow, atText, beginning, linked, rowOctets } from './chain.ts';
import { readHeads } from './heads-file.ts';
import { auditPublicKeyFile, createAuditKey, openAuditKey, readAuditPublicKey } from './key.ts';
import { record } from './record.ts';
import { type Sealer, type SealerOptions, sealerLag, startSealer } from './sealer.ts';
import { verifyAudit } from './verify.ts';

const key = Sm2PrivateKey.generate();
const folder = await mkdtemp(join(tmpdir(), 'certdesk-audit-'));
afterAll(() => rm(folder, { recursive: true }));

const start = new Date('2026-03-01T08:00:00.000Z');
let now = start;
let db: Db;
let closing: (() => Promise<void>)[] = [];
let headsFile = '';
let sealer: Sealer;
let count = 0;

beforeEach(async () => {
  now = start;
  count += 1;
  headsFile = join(folder, `heads-${count}.jsonl`);
  const opened = openDatabase((await createTestDatabase()).url);
  db = opened.db;
  closing = [opened.end];
  sealer = newSealer();
});
afterEach(async () => {
  await sealer.stop();
  for (const close of closing) await close();
});

function newSealer(options: Partial<SealerOptions> = {}): Sealer {
  // Rounds only when a test asks for one.
  return startSealer({ db, key, headsFile, clock: () => now, intervalMs: 3_600_000, ...options });
}

async function write(number: number): Promise<void> {
  for (let at = 0; at < number; at += 1) {
    const data = { zeta: 1, alpha: { b: [true, null], a: '公司' } };
    const entry = { actor: 'system', action: 'test.done', subject: `test:${at}`, data };
    await db.transaction().execute((tx) => record(tx, entry, now));
  }
}

/** What somebody with the database's own rights does. */
async function tamper(statement: string): Promise<void> {
  await db.connection().execute(async (connection) => {
    await sql`set session_replication_role = replica`.execute(connection);
    await sql.raw(statement).execute(connection);
    await sql`set session_replication_role = origin`.execute(connection);
  });
}

const verify = (options: { graceSeconds?: number } = {}) =>
  verifyAudit({ db, headsFile, publicKey: key.publicKey, now, ...options });

/** Three rounds of five rows: links 1 to 15, heads at 5, 10 and 15. */
async function sealedRounds(): Promise<void> {
  for (let round = 0; round < 3; round += 1) {
    await write(5);
    await sealer.seal();
  }
}

test('an untouched chain verifies, with a head for each round', async () => {
  await sealedRounds();
  expect(await verify()).toEqual({ links: 15, heads: 3 });
  expect(await sealerLag(db, now)).toBe(0);
});

test('the octets of a row are those that are documented', () => {
  const row = { id: '7', at: '2026-03-01T08:00:00.000000Z', actor: 'a', action: 'b', subject: 'c' };
  const text = (data: unknown) => Buffer.from(rowOctets({ ...row, data })).toString();
  expect(text({ b: 1, a: ['é', { d: null, c: false }] })).toBe(
    '["7","2026-03-01T08:00:00.000000Z","a","b","c",{"a":["é",{"c":false,"d":null}],"b":1}]',
  );
  expect(linked(beginning, { ...row, data: {} })).toMatchObject({ seq: 1 });
});

test.each([
  ['data', `update audit_event set data = '{"zeta":2}' where id = 8`],
  ['an actor', `update audit_event set actor = 'nobody' where id = 8`],
  ['a time, by one microsecond', `update audit_event set at = at + interval '1 microsecond' where id = 8`],
  ['the link itself', `update audit_link set digest = repeat('0', 64) where seq = 8`],
])('changed: %s', async (_, statement) => {
  await sealedRounds();
  await tamper(statement);
  expect((await verify()).finding).toEqual({ kind: 'changed', row: 8, event: '8' });
});

test.each([
  ['a row that was deleted', 'delete from audit_event where id = 8', { kind: 'deleted', row: 8, event: '8' }],
  ['a link that was deleted', 'delete from audit_link where seq = 8', { kind: 'link-missing', row: 8 }],
  [
    'a row that was deleted with its link',
    'delete from audit_event where id = 8; delete from audit_link where seq = 8',
    { kind: 'link-missing', row: 8 },
  ],
  [
    'a tail that was cut with everything that belongs to it',
    'delete from audit_link where seq > 12; delete from audit_event where id > 12; delete from audit_head where seq > 12',
    { kind: 'cut', row: 13 },
  ],
  ['everything gone', 'truncate audit_event, audit_link, audit_head', { kind: 'cut', row: 1 }],
])('%s is found', async (_, statement, finding) => {
  await sealedRounds();
  for (const part of statement.split('; ')) await tamper(part);
  expect((await verify()).finding).toEqual(finding);
});

/** Changes row 8 and links everything anew, as somebody without the audit key can. */
async function recompute(): Promise<void> {
  await tamper(`update audit_event set data = '{}' where id = 8`);
  const { rows } = await sql<AuditRow>`
    select id::text, ${sql.raw(atText)} as at, actor, action, subject, data from audit_event order by audit_event.id`.execute(
    db,
  );
  let position = beginning;
  for (const row of rows) {
    position = linked(position, row);
    await tamper(`update audit_link set digest = '${position.digest}' where seq = ${position.seq}`);
    await tamper(`update audit_head set digest = '${position.digest}' where seq = ${position.seq}`);
  }
}

test('a chain that was recomputed without the key is found, after the last head that is right', async () => {
  await sealedRounds();
  await recompute();
  expect(await verify()).toMatchObject({ heads: 1, finding: { kind: 'recomputed', row: 6 } });
});

test('recomputed before its head was exported: found by the head in the database', async () => {
  await sealedRounds();
  await rm(headsFile);
  await recompute();
  expect((await verify()).finding).toEqual({ kind: 'head-forged', row: 15 });
});

test('the sealer does not sign over a chain that is not what it exported', async () => {
  await sealedRounds();
  await recompute();
  await write(1);
  await expect(sealer.seal()).rejects.toMatchObject({ code: 'audit-broken' });
  // Neither does one that was started afterwards.
  await expect(newSealer().seal()).rejects.toMatchObject({ code: 'audit-broken' });
});

test('heads in the file that the audit key did not sign are found', async () => {
  await sealedRounds();
  const forged = (await readFile(headsFile, 'utf8')).replace(/"at":"2026-03-01/, '"at":"2026-03-02');
  await writeFile(headsFile, forged);
  expect((await verify()).finding).toEqual({ kind: 'head-forged', row: 5 });
});

test('a row that nobody linked is found once it is old', async () => {
  await sealedRounds();
  await write(1);
  await tamper('delete from audit_pending');
  expect((await verify()).finding).toBeUndefined();
  now = new Date(start.getTime() + 31_000);
  expect((await verify()).finding).toEqual({ kind: 'unlinked', row: 16, event: '16' });
});

test('a row that vanished before it was linked is found by its place in the queue', async () => {
  await sealedRounds();
  await write(1);
  await tamper('delete from audit_event where id = 16');
  expect((await verify()).finding).toEqual({ kind: 'unlinked', row: 16, event: '16' });
});

test('links without any head are found', async () => {
  await sealedRounds();
  await tamper(
    'insert into audit_event overriding system value select 99, at, actor, action, subject, data from audit_event where id = 1',
  );
  const { rows } = await sql<AuditRow>`
    select id::text, ${sql.raw(atText)} as at, actor, action, subject, data from audit_event where id = 99`.execute(
    db,
  );
  const last = await db
    .selectFrom('audit_link')
    .select('digest')
    .where('seq', '=', '15')
    .executeTakeFirstOrThrow();
  const forged = linked({ seq: 15, digest: last.digest }, rows[0] as AuditRow);
  await tamper(`insert into audit_link values (16, 99, '${forged.digest}')`);
  expect((await verify()).finding).toEqual({ kind: 'unsigned', row: 16 });
});

test('a stop between commit and export loses no head: the next round brings it', async () => {
  await write(5);
  const stopped = newSealer({ headsFile: join(folder, 'no such folder', 'heads') });
  await expect(stopped.seal()).rejects.toThrow('ENOENT');
  expect((await verify()).finding).toBeUndefined();
  now = new Date(start.getTime() + 31_000);
  expect((await verify()).finding).toEqual({ kind: 'not-exported', row: 1 });
  await sealer.seal();
  expect(await verify()).toEqual({ links: 5, heads: 1 });
  await stopped.stop();
});

test('a head whose line was cut off by a crash is written again', async () => {
  await sealedRounds();
  const length = (await readFile(headsFile)).length;
  await truncate(headsFile, length - 20);
  await appendFile(headsFile, '');
  const restarted = newSealer();
  await restarted.seal();
  expect(await verify()).toEqual({ links: 15, heads: 3 });
  await restarted.stop();
});

test('several nodes link each row once, and each file has every head', async () => {
  const otherFile = `${headsFile}.other`;
  const other = newSealer({ headsFile: otherFile, batch: 7 });
  await write(30);
  await Promise.all([sealer.seal(), other.seal(), sealer.seal(), other.seal()]);
  await sealer.seal();
  await other.seal();
  const heads = async (file: string) => {
    const all: number[] = [];
    for await (const head of readHeads(file)) all.push(head.seq);
    return all;
  };
  expect(await heads(otherFile)).toEqual(await heads(headsFile));
  expect((await heads(headsFile)).at(-1)).toBe(30);
  expect(await verify()).toMatchObject({ links: 30 });
  await other.stop();
});

test('stopping links what is left', async () => {
  await write(2);
  await sealer.stop();
  expect(await verify()).toEqual({ links: 2, heads: 1 });
});

test('the key opens with its passphrase alone, and its public half without', async () => {
  const file = join(folder, 'audit.key');
  await createAuditKey(file, 'correct horse', { logN: 10, r: 8, p: 1 });
  const opened = await openAuditKey(file, 'correct horse');
  const read = await readAuditPublicKey(auditPublicKeyFile(file));
  expect(read.toPoint()).toEqual(opened.publicKey.toPoint());
  await expect(openAuditKey(file, 'battery')).rejects.toMatchObject({ code: 'passphrase-wrong' });
  await expect(openAuditKey(join(folder, 'none.key'), 'x')).rejects.toMatchObject({
    code: 'configuration-invalid',
  });
});
