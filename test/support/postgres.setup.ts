// Global setup of vitest: one PostgreSQL for the whole run, started when the first test asks for it and stopped at
// the end, so that a run without data tests starts none. Tests ask over a socket; `database.ts` is their side of it.

import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { temporaryFolder } from '../../tools/database-account.mjs';
import { startPostgres, stopPostgres } from '../../tools/postgres.mjs';
import { recordOf, stillRuns } from '../../tools/processes.mjs';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Where to ask for PostgreSQL, and the prefix of the names of this run's databases. */
    postgres: { port: number; prefix: string };
  }
}

const FOLDER_PREFIX = 'certdesk-test-';

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const prefix = `certdesk_test_${process.pid}_${Date.now().toString(36)}_`;
  let starting: Promise<string> | undefined;
  let folder: string | undefined;

  const start = async (): Promise<string> => {
    const external = process.env.TEST_DATABASE_URL;
    if (external) return external;
    folder = temporaryFolder(FOLDER_PREFIX);
    writeFileSync(join(folder, 'owner.json'), JSON.stringify(recordOf(process.pid)));
    await removeLeftovers(dirname(folder));
    const { url } = await startPostgres({ folder: join(folder, 'postgres'), durable: false });
    return url;
  };

  // The answer holds a password that opens a database of tests until the end of the run, on loopback: nothing to hide.
  const server = createServer((socket) => {
    socket.on('error', () => {});
    starting ??= start();
    starting.then(
      (url) => socket.end(JSON.stringify({ url })),
      (error: unknown) => socket.end(JSON.stringify({ error: String(error) })),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('No port for the tests to ask at.');
  project.provide('postgres', { port: address.port, prefix });

  return async () => {
    server.close();
    const url = await starting?.catch(() => undefined);
    if (folder === undefined) {
      if (url !== undefined) await dropAll(url, prefix);
      return;
    }
    await stopPostgres(join(folder, 'postgres'));
    rmSync(folder, { recursive: true, force: true });
  };
}

/** Stops and removes what runs that were killed have left behind. */
async function removeLeftovers(parent: string): Promise<void> {
  for (const name of readdirSync(parent).filter((entry) => entry.startsWith(FOLDER_PREFIX))) {
    const folder = join(parent, name);
    try {
      if (stillRuns(JSON.parse(readFileSync(join(folder, 'owner.json'), 'utf8')))) continue;
      await stopPostgres(join(folder, 'postgres'));
      rmSync(folder, { recursive: true, force: true });
    } catch {
      // Another run is making or removing it at this moment, or it belongs to somebody else.
    }
  }
}

/** Somebody's own PostgreSQL is left as it was found. */
async function dropAll(url: string, prefix: string): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  const { rows } = await client.query<{ datname: string }>(
    'select datname from pg_database where starts_with(datname, $1)',
    [prefix],
  );
  for (const { datname } of rows) {
    await client.query(`drop database if exists ${client.escapeIdentifier(datname)} with (force)`);
  }
  await client.end();
}
