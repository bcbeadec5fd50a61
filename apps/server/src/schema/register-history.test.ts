import { cp, mkdtemp, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { expect, onTestFinished, test } from 'vitest';
import { createTestDatabase } from '../../../../test/support/database.ts';
import { runMigrations } from '../platform/database/migrate.ts';
import { migrate, openDatabase } from './database.ts';

const migrations = new URL('migrations/', import.meta.url).pathname;
const migration = '0012-register-history.sql';

/** A database with the schema of before, and what stands in it then. */
async function before() {
  const { url } = await createTestDatabase({ migrated: false });
  const folder = await mkdtemp(join(tmpdir(), 'certdesk-migrations-'));
  for (const name of await readdir(migrations))
    if (name < migration) await cp(join(migrations, name), join(folder, name));
  await runMigrations(url, folder);
  const { db, end } = openDatabase(url);
  onTestFinished(end);
  const run = (statement: string) => sql.raw(statement).execute(db);
  const read = async (statement: string) => (await sql.raw<{ text: string }>(statement).execute(db)).rows;
  return { url, run, read };
}

test('an entity keeps which import it is from, and one of no known import is of one of its own', async () => {
  const { url, run, read } = await before();
  await run(`insert into registry_import values
    ('00000000-0000-0000-0000-000000000001', 'one.csv', 'd', 1, '2027-01-01T00:00:00.123Z')`);
  await run(`insert into registry_entity (name, state, imported_at) values
    ('甲', 'active', '2027-01-01T00:00:00.123Z'), ('乙', 'active', '2027-02-01T00:00:00Z')`);
  await migrate(url);
  const rows = await read(
    `select e.name || ' ' || i.source as text from registry_entity e join registry_import i on i.id = e.import_id order by e.id`,
  );
  expect(rows).toEqual([{ text: '甲 one.csv' }, { text: '乙 unknown' }]);
});

test('organisation codes lose their hyphens, but where two entities would have one code', async () => {
  const { url, run, read } = await before();
  await run(`insert into registry_entity (name, state, imported_at)
    select number::text, 'active', now() from generate_series(1, 4) number`);
  await run(`insert into registry_number values (1, 'organizationCode', '66943382-8'),
    (2, 'organizationCode', '12345678-9'), (3, 'organizationCode', '123456789'), (4, 'housingFund', '66943382-8')`);
  const id = (number: number) => `00000000-0000-0000-0000-00000000000${number}`;
  for (const number of [1, 2, 3, 4])
    await run(`insert into entity values ('${id(number)}', '${number}', now())`);
  await run(`insert into entity_number values ('${id(1)}', 'organizationCode', '６６943382-x'),
    ('${id(2)}', 'organizationCode', '12345678-9'), ('${id(3)}', 'organizationCode', '123456789'),
    ('${id(4)}', 'uscc', '91310106669433828f'), ('${id(4)}', 'housingFund', '1-2')`);
  await migrate(url);
  const numbers = (table: string) => read(`select value as text from ${table} order by entity_id, kind`);
  const texts = async (table: string) => (await numbers(table)).map(({ text }) => text);
  expect(await texts('registry_number')).toEqual(['669433828', '12345678-9', '123456789', '66943382-8']);
  const desk = ['66943382X', '12345678-9', '123456789', '1-2', '91310106669433828F'];
  expect(await texts('entity_number')).toEqual(desk);
});
