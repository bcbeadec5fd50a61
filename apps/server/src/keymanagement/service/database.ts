/** The key management's database: a schema of its own, in a database of its own or beside the desk's tables. */
import { fileURLToPath } from 'node:url';
import type { ColumnType, Kysely, Transaction } from 'kysely';
import pg from 'pg';
import { type AuditEntry, record } from '../../audit/record.ts';
import { connectDatabase, type Database, type DatabaseOptions } from '../../platform/database/connect.ts';
import { translated } from '../../platform/database/loss.ts';
import { runMigrations } from '../../platform/database/migrate.ts';
import type { Db, Tx } from '../../schema/database.ts';
import type { Tables } from '../../schema/tables.ts';

type Octets = ColumnType<Buffer, Uint8Array, Uint8Array>;

export interface EncryptionPairTable {
  id: string;
  public_key: Octets;
  public_key_digest: string;
  sealed: Octets;
  state: 'spare' | 'in-use' | 'history';
  made_at: Date;
  given_at: Date | null;
  retired_at: Date | null;
}
export interface PairIntentTable {
  intent: string;
  pair_id: string | null;
  signing_key_digest: string | null;
  retired: 'superseded' | 'withdrawn' | null;
  at: Date;
}

export interface RecoveryOfficerTable {
  id: string;
  name: string;
  public_key: Octets;
  public_key_digest: string;
  created_at: Date;
  disabled_at: Date | null;
  voucher: Octets;
}
export interface RecoveryTable {
  id: string;
  pair_id: string;
  receiver: string;
  at: Date;
}
export interface RecoveryCommandTable {
  nonce: string;
  recovery_id: string;
  officer: string;
}

type AuditTables = Pick<Tables, 'audit_event' | 'audit_pending' | 'audit_link' | 'audit_head'>;
export interface KeyTables extends AuditTables {
  encryption_pair: EncryptionPairTable;
  pair_intent: PairIntentTable;
  recovery_officer: RecoveryOfficerTable;
  recovery: RecoveryTable;
  recovery_command: RecoveryCommandTable;
}
export type KeyDb = Kysely<KeyTables>;
export type KeyTx = Transaction<KeyTables>;

const schema = 'keymanagement';
const migrations = fileURLToPath(new URL('../../../src/keymanagement/service/migrations/', import.meta.url));

/** The same database with the key management's schema in place of every other. */
function inSchema(databaseUrl: string): string {
  const url = new URL(databaseUrl);
  url.searchParams.set('options', `-c search_path=${schema}`);
  return url.href;
}

/** @throws MigrationError; DeskError `database-unavailable` */
export async function migrateKeys(databaseUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: 10_000 });
  client.on('error', () => {}); // the running query rejects as well
  try {
    await client.connect();
    // Made beforehand by whoever runs the database, where this user may not: then there is nothing to do.
    const { rowCount } = await client.query('select from pg_namespace where nspname = $1', [schema]);
    if (rowCount === 0) await client.query(`create schema if not exists ${schema}`);
  } catch (error) {
    throw translated(error);
  } finally {
    await client.end();
  }
  await runMigrations(inSchema(databaseUrl), migrations);
}

export function openKeyDatabase(databaseUrl: string, options?: DatabaseOptions): Database<KeyTables> {
  return connectDatabase<KeyTables>(inSchema(databaseUrl), options);
}

/** The audit part knows its own four tables alone, which stand in this schema too. */
export const auditView = (db: KeyDb): Db => db as unknown as Db;

export function recordKey(tx: KeyTx, entry: AuditEntry, at: Date): Promise<void> {
  return record(tx as unknown as Tx, entry, at);
}
