import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { translated } from './loss.ts';

/** The database and this program's migrations do not fit together; nothing was changed. */
export class MigrationError extends Error {
  override readonly name = 'MigrationError';
}

interface Migration {
  readonly name: string;
  readonly sql: string;
  /** SHA-256, lower-case hex. */
  readonly digest: string;
}

/** Any two processes that migrate at once meet at this lock. */
const lock = 0x63_64_6d_67;

/**
 * Runs the SQL files of `folder` that were not run yet, in the order of their names, each in a transaction of its own.
 * Safe to run from several processes at once and again at any time.
 * @param folder holds files named `0001-what.sql`
 * @returns names of the migrations that this call ran
 * @throws MigrationError when a migration that was run has been edited or is missing, or a file is misnamed
 */
export async function runMigrations(url: string, folder: string): Promise<string[]> {
  const migrations = await readMigrations(folder);
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  client.on('error', () => {}); // the running query rejects as well
  try {
    await client.connect();
    await client.query('select pg_advisory_lock($1)', [lock]);
    return await runMissing(client, migrations);
  } catch (error) {
    throw translated(error);
  } finally {
    await client.end(); // ends the lock too
  }
}

async function runMissing(client: pg.Client, migrations: readonly Migration[]): Promise<string[]> {
  await client.query(`create table if not exists schema_migration (
    name text primary key, digest text not null, applied_at timestamptz not null default now())`);
  const { rows } = await client.query<{ name: string; digest: string }>(
    'select name, digest from schema_migration order by name',
  );
  const missing = missingOf(migrations, rows);
  for (const { name, sql, digest } of missing) {
    await client.query('begin');
    try {
      await client.query(sql);
      await client.query('insert into schema_migration (name, digest) values ($1, $2)', [name, digest]);
      await client.query('commit');
    } catch (error) {
      await client.query('rollback').catch(() => {});
      throw error;
    }
  }
  return missing.map(({ name }) => name);
}

function missingOf(migrations: readonly Migration[], applied: readonly { name: string; digest: string }[]) {
  for (const { name, digest } of applied) {
    const known = migrations.find((migration) => migration.name === name);
    if (!known) throw new MigrationError(`The database is newer than this program: it has run ${name}.`);
    if (known.digest !== digest) throw new MigrationError(`${name} was edited after it had been run.`);
  }
  const last = applied.at(-1)?.name ?? '';
  const missing = migrations.slice(applied.length);
  const late = missing.find(({ name }) => name < last);
  if (late) throw new MigrationError(`${late.name} comes before ${last}, which has been run already.`);
  return missing;
}

async function readMigrations(folder: string): Promise<Migration[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.sql')).sort();
  return Promise.all(
    names.map(async (name, index) => {
      if (!name.startsWith(`${String(index + 1).padStart(4, '0')}-`)) {
        throw new MigrationError(`${name} is not numbered ${index + 1}.`);
      }
      const sql = await readFile(join(folder, name), 'utf8');
      return { name, sql, digest: createHash('sha256').update(sql).digest('hex') };
    }),
  );
}
