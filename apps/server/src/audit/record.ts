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
  if (entries.length === 0) return;
  await tx
    .with('written', (query) =>
      query
        .insertInto('audit_event')
        .values(
          entries.map(({ actor, action, subject, data }) => ({
            at,
            actor,
            action,
            subject,
            data: JSON.stringify(data),
          })),
        )
        .returning('id'),
    )
    .insertInto('audit_pending')
    .columns(['event_id'])
    .expression((query) => query.selectFrom('written').select('id'))
    .execute();
}
