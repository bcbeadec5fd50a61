/** CMP transactions as they are stored: one for each intent, taken by one node at a time. */
import { randomBytes } from 'node:crypto';
import { type Selectable, sql, type Updateable } from 'kysely';
import type { Db, Tx } from '../../schema/database.ts';
import type { CmpTransactionTable } from '../../schema/tables.ts';

export type CmpTransaction = Selectable<CmpTransactionTable>;
type State = CmpTransaction['state'];

/** Nobody guesses it, and no two are the same (RFC 4210 §5.1.1: 128 random bits). */
export const newTransactionId = (): Uint8Array => randomBytes(16);

/** Commits with the intent, before anything is sent. */
export async function writeTransactions(tx: Db | Tx, intentIds: readonly string[], now: Date): Promise<void> {
  if (intentIds.length === 0) return;
  const rows = intentIds.map((intent_id) => ({
    ...{ intent_id, transaction_id: newTransactionId(), attempt: 1, state: 'open' as const },
    ...{ request_id: null, server_nonce: null, certificate: null, confirm_by: null, busy_until: null },
    ...{ due_at: now, tries: 0 },
  }));
  await tx
    .insertInto('cmp_transaction')
    .values(rows)
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/**
 * Takes a transaction for this node, so that no two talk to the CA about it at once; for so long as an answer may take.
 * @returns undefined while another node has it, before it is due, or in another state
 */
export async function takeTransaction(
  db: Db,
  intentId: string,
  states: readonly State[],
  now: Date,
  leaseMs: number,
): Promise<CmpTransaction | undefined> {
  return db
    .updateTable('cmp_transaction')
    .set({ busy_until: new Date(now.getTime() + leaseMs), tries: sql<number>`tries + 1` })
    .where('intent_id', '=', intentId)
    .where('state', 'in', states)
    .where('due_at', '<=', now)
    .where((where) => where.or([where('busy_until', 'is', null), where('busy_until', '<=', now)]))
    .returningAll()
    .executeTakeFirst();
}

export async function changeTransaction(
  db: Db | Tx,
  intentId: string,
  change: Updateable<CmpTransactionTable>,
): Promise<void> {
  await db.updateTable('cmp_transaction').set(change).where('intent_id', '=', intentId).execute();
}

/** Changes a transaction that is in one of these states still. @returns whether it was */
export async function moveTransaction(
  db: Db | Tx,
  intentId: string,
  from: readonly State[],
  change: Updateable<CmpTransactionTable>,
): Promise<boolean> {
  const moved = await db
    .updateTable('cmp_transaction')
    .set(change)
    .where('intent_id', '=', intentId)
    .where('state', 'in', from)
    .executeTakeFirst();
  return moved.numUpdatedRows > 0n;
}

/** Reads a transaction and keeps its row locked until the database's one ends. After the intent's lock, never before. */
export async function lockTransaction(tx: Tx, intentId: string): Promise<CmpTransaction | undefined> {
  return tx
    .selectFrom('cmp_transaction')
    .selectAll()
    .where('intent_id', '=', intentId)
    .forUpdate()
    .executeTakeFirst();
}

export async function readTransaction(db: Db | Tx, intentId: string): Promise<CmpTransaction | undefined> {
  return db.selectFrom('cmp_transaction').selectAll().where('intent_id', '=', intentId).executeTakeFirst();
}

/** What is tried again, and when: after seconds at first, after an hour at last. */
export function laterBy(tries: number, now: Date): Date {
  return new Date(now.getTime() + Math.min(3600, 5 * 2 ** Math.min(tries, 12)) * 1000);
}
