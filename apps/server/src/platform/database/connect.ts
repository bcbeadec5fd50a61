import { Kysely, PostgresDialect, type PostgresPool, type PostgresPoolClient } from 'kysely';
import pg from 'pg';
import { DeskError } from '../error.ts';
import { isStalePlan, translated } from './loss.ts';

export interface DatabaseOptions {
  /** Connections at most. */
  max?: number;
  /** How long a caller waits for a connection. */
  connectMs?: number;
  /** A statement that runs longer is stopped by the database. 0: never. */
  statementMs?: number;
  /** Told of idle connections that broke; the pool replaces them by itself. */
  onLoss?: (error: Error) => void;
}

export interface Database<Tables> {
  readonly db: Kysely<Tables>;
  /** For the job queue, which brings its own SQL. Errors of its clients are not translated. */
  readonly pool: pg.Pool;
  end(): Promise<void>;
}

/**
 * Opens a pool on a PostgreSQL of version 15 or later. Nothing is connected before the first query.
 * Queries reject with DeskError `database-unavailable` when the database is away, and work again when it is back.
 * @param url postgres://…; holds a password and never appears in an error
 */
export function connectDatabase<Tables>(url: string, options: DatabaseOptions = {}): Database<Tables> {
  const pool = new pg.Pool({
    connectionString: url,
    max: options.max ?? 10,
    connectionTimeoutMillis: options.connectMs ?? 5000,
    statement_timeout: options.statementMs ?? 30_000,
    idle_in_transaction_session_timeout: 60_000,
    keepAlive: true,
    types: { getTypeParser },
  });
  const onLoss = options.onLoss ?? (() => {});
  pool.on('error', onLoss);
  // A client that breaks while it is checked out, between two queries, tells nobody but its own listeners.
  pool.on('connect', (client) => void client.on('error', onLoss));
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool: translating(pool) }) });
  return { db, pool, end: () => db.destroy() };
}

/** `date` stays the text it is: a Date would shift it by the machine's time zone. */
const getTypeParser: typeof pg.types.getTypeParser = (oid: number, format?: 'text' | 'binary') =>
  oid === pg.types.builtins.DATE ? (text: string) => text : pg.types.getTypeParser(oid, format ?? 'text');

function translating(pool: pg.Pool): PostgresPool {
  const wrapped = new WeakMap<pg.PoolClient, PostgresPoolClient>();
  return {
    async connect() {
      // Whatever the reason, nothing was asked yet: to whoever waits the database is away. The log has the cause.
      const client = await pool.connect().catch((cause: unknown) => {
        throw new DeskError('database-unavailable', {}, { cause });
      });
      const known = wrapped.get(client) ?? wrap(client);
      wrapped.set(client, known);
      return known;
    },
    end: () => pool.end(),
  };
}

function wrap(client: pg.PoolClient): PostgresPoolClient {
  let stale = false;
  const query = async (sql: string, parameters: readonly unknown[]) => {
    try {
      const name = parameters.length > 0 ? nameOf(sql) : undefined;
      return await client.query({ text: sql, values: [...parameters], ...(name && { name }) });
    } catch (error) {
      stale ||= isStalePlan(error);
      throw translated(error);
    }
  };
  // Cursors are not used: long reads page by key, so that no transaction stays open.
  return {
    query: query as unknown as PostgresPoolClient['query'],
    // Another connection prepares its statements anew.
    release: () => client.release(stale),
  };
}

/**
 * A statement with a name is parsed and planned once a connection, which is most of what a short statement costs.
 * Texts that grow with their data have many forms, and each would be kept for good: those are left out.
 */
const names = new Map<string, string>();
const namesAtMost = 300;
const longestNamed = 2500;

function nameOf(sql: string): string | undefined {
  const known = names.get(sql);
  if (known || names.size >= namesAtMost || sql.length > longestNamed) return known;
  const name = `desk_${names.size}`;
  names.set(sql, name);
  return name;
}
