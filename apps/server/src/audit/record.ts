import { type RawBuilder, sql } from 'kysely';
import { rowsOf } from '../platform/database/bulk.ts';
import type { Tx } from '../schema/database.ts';

export interface AuditEntry {
  /** Who did it: `holder:<certificate’s id>`, `assistant:<order’s id>`, `client:<id>`, `operator`, or a part of ours: `authority`, `clock`. */
  actor: string;
  /** What was done, in words with dots: `case.opened`. */
  action: string;
  /** What it was done to: `case:<number>`, `certificate:<digest>`. */
  subject: string;
  /** No secrets; personal data masked. Plain JSON. */
  data: Readonly<Record<string, unknown>>;
}

/** Writes an audit row in the transaction of what it records; the sealer links it into the chain soon after. */
export async function record(tx: Tx, entry: AuditEntry, at: Date): Promise<void> {
  await recordAll(tx, [entry], at);
}

/** Writes several audit rows by one statement, in their order. */
export async function recordAll(tx: Tx, entries: readonly AuditEntry[], at: Date): Promise<void> {
  if (entries.length > 0) await sql`with ${recording(entries, at)} select 1`.execute(tx);
}

/**
 * The audit rows as a part of the statement that changes what they record: `with …, ${recording(entries, at)} select …`.
 * @param entries at least one
 */
export function recording(entries: readonly AuditEntry[], at: Date): RawBuilder<unknown> {
  const columns = sql`at, actor, action, subject, data`;
  const rows = entries.map(({ actor, action, subject, data }) => ({ at, actor, action, subject, data }));
  return sql`recorded as (
      insert into audit_event (${columns}) select ${columns} from ${rowsOf('audit_event', rows)} returning id
    ), to_be_sealed as (
      insert into audit_pending (event_id) select id from recorded
    )`;
}
