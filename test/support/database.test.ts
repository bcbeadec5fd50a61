import pg from 'pg';
import { expect, test } from 'vitest';
import { createTestDatabase } from './database.ts';

test('each test has a database of its own', async () => {
  const [one, other] = await Promise.all([
    createTestDatabase({ migrated: false }),
    createTestDatabase({ migrated: false }),
  ]);
  const count = "select count(*)::int as n from pg_tables where tablename = 'thing'";
  await query(one.url, 'create table thing (id int)');
  expect(await query(one.url, count)).toEqual([{ n: 1 }]);
  expect(await query(other.url, count)).toEqual([{ n: 0 }]);
});

test('all migrations have been run in it, and it is nobody else’s', async () => {
  const [one, other] = await Promise.all([createTestDatabase(), createTestDatabase()]);
  expect(await query(one.url, 'select count(*) > 0 as migrated from schema_migration')).toEqual([
    { migrated: true },
  ]);
  await query(one.url, 'create table mark ()');
  await expect(query(other.url, 'select from mark')).rejects.toThrow(/does not exist/);
});

test('a dropped database is gone, whoever is still connected', async () => {
  const database = await createTestDatabase();
  const client = new pg.Client(database.url);
  const ended = new Promise((resolve) => client.on('error', resolve));
  await client.connect();
  await database.drop();
  await ended;
  await expect(query(database.url, 'select 1')).rejects.toThrow(/does not exist/);
});

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}
