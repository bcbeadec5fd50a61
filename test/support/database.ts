// A database for a test: fresh, migrated, and gone afterwards.

import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import pg from 'pg';
import { afterAll, inject } from 'vitest';

export interface TestDatabase {
  /** Connection string of a user who may do everything in this database. */
  readonly url: string;
  /** Ends its connections and removes it. Called for all of a test file's databases when the file is done. */
  drop(): Promise<void>;
}

/**
 * A new database, a copy of one in which all migrations were run.
 * The first call of a run starts PostgreSQL, unless TEST_DATABASE_URL names one.
 * @param options `migrated: false` for an empty one
 */
export async function createTestDatabase({ migrated = true } = {}): Promise<TestDatabase> {
  const url = await postgresUrl();
  const name = `${inject('postgres').prefix}${randomBytes(6).toString('hex')}`;
  await withClient(url, async (client) => {
    const template = migrated ? await migratedTemplate(client, url) : 'template1';
    await client.query(`create database ${name} template ${template}`);
  });
  const database = {
    url: inDatabase(url, name),
    drop: async () => {
      await withClient(url, (client) => client.query(`drop database if exists ${name} with (force)`));
    },
  };
  created.push(database);
  return database;
}

const created: TestDatabase[] = [];
afterAll(async () => {
  for (const database of created.splice(0)) await database.drop();
});

/** The connection string of the run's PostgreSQL, started if this is the first to ask. */
async function postgresUrl(): Promise<string> {
  const answer = JSON.parse(await text(connect(inject('postgres').port, '127.0.0.1')));
  if (answer.error) throw new Error(answer.error);
  return answer.url;
}

/** The database that the others are copied from: made by the first test process of the run, which the others await. */
async function migratedTemplate(client: pg.Client, url: string): Promise<string> {
  const name = `${inject('postgres').prefix}template`;
  const known = () => client.query('select from pg_database where datname = $1', [name]);
  if ((await known()).rowCount) return name;
  await client.query('select pg_advisory_lock(hashtext($1))', [name]);
  try {
    if ((await known()).rowCount) return name;
    // Under another name until it is complete, so that nobody copies half of it.
    const unfinished = `${name}_new`;
    await client.query(`drop database if exists ${unfinished} with (force)`);
    await client.query(`create database ${unfinished}`);
    const { migrate } = await import('../../apps/server/src/schema/database.ts');
    await migrate(inDatabase(url, unfinished));
    await client.query(`alter database ${unfinished} rename to ${name}`);
    return name;
  } finally {
    await client.query('select pg_advisory_unlock(hashtext($1))', [name]);
  }
}

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client(url);
  client.on('error', () => {}); // told by the query that fails, too
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

function inDatabase(url: string, name: string): string {
  const changed = new URL(url);
  changed.pathname = `/${name}`;
  return changed.href;
}
