import { sql } from 'kysely';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import { createTestDatabase } from '../../../../test/support/database.ts';
import { record } from '../audit/record.ts';
import { enqueue } from '../platform/jobs.ts';
import { migrate, openDatabase } from './database.ts';

const fresh = await createTestDatabase({ migrated: false });
const opened = openDatabase(fresh.url);
afterAll(() => opened.end());

test('an empty database is brought to the schema once, however many processes try', async () => {
  const all = await Promise.all([migrate(fresh.url), migrate(fresh.url)]);
  const [none, every] = all.toSorted((a, b) => a.length - b.length);
  expect([none, every?.[0]]).toEqual([[], '0001-desk.sql']);
  expect(await migrate(fresh.url)).toEqual([]);
});

test('a table that changes under a running program fails a request for now, not for good', async () => {
  const one = openDatabase(fresh.url, { max: 1 });
  onTestFinished(() => one.end());
  const read = () => one.db.selectFrom('registry_import').selectAll().where('source', '=', 'none').execute();
  expect(await read()).toEqual([]);
  await sql`alter table registry_import add column remark text`.execute(opened.db);
  await expect(read()).rejects.toMatchObject({ code: 'database-unavailable' });
  expect(await read()).toEqual([]);
});

test('an audit row and a job exist if and only if their transaction commits', async () => {
  const { db } = opened;
  const write = (fail: boolean) =>
    db.transaction().execute(async (tx) => {
      const entry = { actor: 'system', action: 'test.done', subject: 'test:1', data: { count: 1 } };
      await record(tx, entry, new Date('2026-01-02T03:04:05.678Z'));
      await enqueue(tx, 'something', { id: 1 });
      if (fail) throw new Error('changed my mind');
    });
  await expect(write(true)).rejects.toThrow('changed my mind');
  await write(false);
  const events = await db.selectFrom('audit_event').selectAll().execute();
  expect(events).toMatchObject([
    { action: 'test.done', data: { count: 1 }, at: new Date('2026-01-02T03:04:05.678Z') },
  ]);
  expect(await db.selectFrom('audit_pending').selectAll().execute()).toEqual([{ event_id: events[0]?.id }]);
  const jobs = await sql<{ n: number }>`select count(*)::int as n from graphile_worker.jobs`.execute(db);
  expect(jobs.rows).toEqual([{ n: 1 }]);
});

test('rows of the audit log refuse to be changed', async () => {
  const { db } = opened;
  await expect(db.updateTable('audit_event').set({ actor: 'x' }).execute()).rejects.toThrow(/never changed/);
  await expect(db.deleteFrom('audit_event').execute()).rejects.toThrow(/never changed/);
});

test('a date stays the day it is, whatever the time zone of the machine', async () => {
  const { rows } = await sql<{ day: string }>`select date '2026-03-01' as day`.execute(opened.db);
  expect(rows).toEqual([{ day: '2026-03-01' }]);
});
