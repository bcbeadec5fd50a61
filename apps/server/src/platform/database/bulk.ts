import { type RawBuilder, sql } from 'kysely';

/**
 * Rows as one parameter: `insert into t (a, b) select a, b from ${rowsOf('t', rows)}`. The statement is the same text for
 * any number of rows, so it is put together, sent and prepared once, not for each number.
 * @param table whose columns, by name, give the rows their types; a column that a row leaves out is null
 * @param rows octets as Uint8Array, times as Date, `jsonb` as plain objects; at least one
 */
export function rowsOf(table: string, rows: readonly object[]): RawBuilder<unknown> {
  return sql`json_populate_recordset(null::${sql.table(table)}, ${JSON.stringify(rows, octetsInHex)}::json)`;
}

/**
 * Inserts rows, in their order, all of the same columns.
 * @param table without columns that the database fills in by itself
 */
export function insertOf(table: string, rows: readonly object[]): RawBuilder<unknown> {
  const columns = sql.join(Object.keys(rows[0] ?? {}).map((name) => sql.ref(name)));
  return sql`insert into ${sql.table(table)} (${columns}) select ${columns} from ${rowsOf(table, rows)}`;
}

/** PostgreSQL's form of octets. A Buffer has become its `toJSON` by the time that it is seen, so the holder is asked. */
function octetsInHex(this: unknown, key: string, value: unknown): unknown {
  const own = (this as Record<string, unknown>)[key];
  return own instanceof Uint8Array ? `\\x${Buffer.from(own).toString('hex')}` : value;
}
