import { fileURLToPath } from 'node:url';
import type { Kysely, Transaction } from 'kysely';
import { connectDatabase, type Database, type DatabaseOptions } from '../platform/database/connect.ts';
import { runMigrations } from '../platform/database/migrate.ts';
import { migrateQueue } from '../platform/jobs.ts';
import type { Tables } from './tables.ts';

/** The desk's database. A `Tx` is a `Db` as well: what only reads takes a `Db`, what must be atomic asks for a `Tx`. */
export type Db = Kysely<Tables>;
export type Tx = Transaction<Tables>;

/** SQL is not compiled: the built program reads the same files as the sources do. */
const migrations = fileURLToPath(new URL('../../src/schema/migrations/', import.meta.url));

export function openDatabase(url: string, options?: DatabaseOptions): Database<Tables> {
  return connectDatabase<Tables>(url, options);
}

/**
 * Brings the database to this program's schema; does nothing when it is there.
 * @returns names of the migrations that were run
 * @throws MigrationError when the database and the program do not fit
 */
export async function migrate(url: string): Promise<string[]> {
  const applied = await runMigrations(url, migrations);
  await migrateQueue(url);
  return applied;
}
