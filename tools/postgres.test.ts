import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { temporaryFolder } from './database-account.mjs';
import { startPostgres, stopPostgres } from './postgres.mjs';
import { birthmark } from './processes.mjs';

vi.setConfig({ testTimeout: 120_000 }); // a new database waits for the disk, which others use too

let parent: string;
let folder: string;

beforeEach(() => {
  parent = temporaryFolder('certdesk-postgres-');
  folder = join(parent, 'postgres');
});

afterEach(async () => {
  await stopPostgres(folder);
  rmSync(parent, { recursive: true, force: true });
});

test('rows are still there after a stop and a start', async () => {
  const first = await startPostgres({ folder, durable: false });
  await query(first.url, 'create table kept as select 42 as answer');
  await first.stop();
  await expect(query(first.url, 'select 1')).rejects.toThrow();

  const second = await startPostgres({ folder, durable: false });
  expect(await query(second.url, 'select answer from kept')).toEqual([{ answer: 42 }]);
});

test('a database that a killed process left running is stopped, and its committed rows are kept', async () => {
  const left = await startPostgres({ folder, durable: false });
  await query(left.url, 'create table kept as select 42 as answer');

  const next = await startPostgres({ folder, durable: false });
  expect(next.foundRunning).toBe(true);
  expect(await query(next.url, 'select answer from kept')).toEqual([{ answer: 42 }]);
});

test('a database whose main process was killed starts again', async () => {
  const killed = await startPostgres({ folder, durable: true });
  await query(killed.url, 'create table kept as select 42 as answer');
  process.kill(postmaster(), 'SIGKILL');

  const next = await startPostgres({ folder, durable: true });
  expect(await query(next.url, 'select answer from kept')).toEqual([{ answer: 42 }]);
});

test('an old process number that now belongs to another program stops neither of the two', async () => {
  const first = await startPostgres({ folder, durable: false });
  const pidFile = join(folder, 'data', 'postmaster.pid');
  const content = readFileSync(pidFile, 'utf8');
  await first.stop();
  writeFileSync(pidFile, content.replace(/^\d+/, String(process.pid)));

  const next = await startPostgres({ folder, durable: false });
  expect(next.foundRunning).toBe(false);
  expect(await query(next.url, 'select 1 as one')).toEqual([{ one: 1 }]);
  expect(birthmark(process.pid)).toBeDefined();
});

test('strangers are kept out: loopback only, a password, and a file that others cannot read', async () => {
  const { url } = await startPostgres({ folder, durable: false });
  expect(await query(url, 'show listen_addresses')).toEqual([{ listen_addresses: '127.0.0.1' }]);
  await expect(query(url.replace(/:[^:@]+@/, ':guess@'), 'select 1')).rejects.toThrow(/password/);
  expect(statSync(join(folder, 'password')).mode & 0o077).toBe(0);
});

test('text is UTF-8 and durable writes are on, whatever the locale of the machine', async () => {
  const { LANG } = process.env;
  process.env.LANG = 'xx_YY.ISO-8859-1';
  try {
    const { url } = await startPostgres({ folder });
    expect(await query(url, 'show server_encoding')).toEqual([{ server_encoding: 'UTF8' }]);
    expect(await query(url, 'show fsync')).toEqual([{ fsync: 'on' }]);
    expect(await query(url, "select length('证书') as n")).toEqual([{ n: 2 }]);
  } finally {
    if (LANG === undefined) delete process.env.LANG;
    else process.env.LANG = LANG;
  }
});

function postmaster(): number {
  return Number.parseInt(readFileSync(join(folder, 'data', 'postmaster.pid'), 'utf8'), 10);
}

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client(url);
  client.on('error', () => {});
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}
