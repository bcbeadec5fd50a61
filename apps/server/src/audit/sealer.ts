import type { Sm2PrivateKey } from '@certdesk/gm';
import { type Selectable, sql } from 'kysely';
import type { Clock } from '../platform/clock.ts';
import { DeskError } from '../platform/error.ts';
import type { Db, Tx } from '../schema/database.ts';
import type { AuditHeadTable } from '../schema/tables.ts';
import { type AuditRow, atText, beginning, type Head, headOctets, linked, type Position } from './chain.ts';
import { appendHeads, readHeads } from './heads-file.ts';

export interface SealerOptions {
  db: Db;
  key: Sm2PrivateKey;
  headsFile: string;
  clock: Clock;
  intervalMs?: number;
  /** Rows linked in one transaction. */
  batch?: number;
  /** Told of every failure; the sealer tries again at its next turn. */
  onTrouble?: (error: unknown) => void;
}

export interface Sealer {
  /** Links, signs and exports everything there is, now. @throws DeskError `audit-broken` if the chain was tampered with */
  seal(): Promise<void>;
  /** Ends the rounds with a last one. */
  stop(): Promise<void>;
}

/**
 * Links new audit rows into the chain, every half second unless told otherwise. One node at a time does it.
 *
 * Links and their head are committed first, the head is exported after. A stop in between loses nothing: each node
 * exports what its own file lacks in its next turn. The other order could export the head of a transaction that was
 * never committed, which could not be told from a chain whose tail was cut.
 */
export function startSealer(options: SealerOptions): Sealer {
  const { intervalMs = 500, onTrouble = () => {} } = options;
  let exported: Position | undefined;
  let round: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;

  async function work(): Promise<void> {
    exported ??= await lastExported(options.headsFile);
    let more = true;
    while (more) {
      const from = exported;
      more = await options.db.transaction().execute((tx) => linkBatch(tx, from, options));
      exported = await exportHeads(exported, options);
    }
  }
  /** One round after the other, whoever asks. */
  function seal(): Promise<void> {
    const next = round.then(work);
    round = next.catch(() => {});
    return next;
  }
  function plan(): void {
    if (stopped) return;
    timer = setTimeout(() => void seal().catch(onTrouble).then(plan), intervalMs);
  }
  plan();
  return {
    seal,
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await seal().catch(onTrouble);
    },
  };
}

/** Age in seconds of the oldest row that is not linked yet; 0 when all are. */
export async function sealerLag(db: Db, now: Date): Promise<number> {
  const row = await db
    .selectFrom('audit_pending')
    .innerJoin('audit_event', 'audit_event.id', 'audit_pending.event_id')
    .select('at')
    .orderBy('audit_event.id')
    .limit(1)
    .executeTakeFirst();
  return row ? Math.max(0, (now.getTime() - row.at.getTime()) / 1000) : 0;
}

/** @returns whether there may be more to link */
async function linkBatch(tx: Tx, exported: Position, options: SealerOptions): Promise<boolean> {
  const { key, clock, batch = 1000 } = options;
  const { rows: lock } = await sql<{ got: boolean }>`
    select pg_try_advisory_xact_lock(hashtext('certdesk audit sealer')) as got`.execute(tx);
  if (!lock[0]?.got) return false; // another node is at it
  const { rows } = await sql<AuditRow>`
    select id::text, ${sql.raw(atText)} as at, actor, action, subject, data
    from (select event_id from audit_pending order by event_id limit ${batch}) as pending
      join audit_event on audit_event.id = event_id
    order by audit_event.id`.execute(tx);
  if (rows.length === 0) return false;
  await refuseTampered(tx, exported);

  let position = await lastLink(tx);
  const links = rows.map((row) => {
    position = linked(position, row);
    return { seq: position.seq, event_id: row.id, digest: position.digest };
  });
  const ids = rows.map(({ id }) => id);
  await sql`insert into audit_link (seq, event_id, digest)
    select * from unnest(${links.map(({ seq }) => seq)}::bigint[], ${ids}::bigint[],
      ${links.map(({ digest }) => digest)}::text[])`.execute(tx);
  await sql`delete from audit_pending where event_id = any(${ids}::bigint[])`.execute(tx);
  const at = clock();
  const signature = key.sign(headOctets({ ...position, at: at.toISOString() }));
  await tx
    .insertInto('audit_head')
    .values({ ...position, at, signature })
    .execute();
  return rows.length === batch;
}

/** Signing on would cover up what happened; a person has to look first. */
async function refuseTampered(tx: Tx, exported: Position): Promise<void> {
  if (exported.seq === 0) return;
  const link = await tx
    .selectFrom('audit_link')
    .select('digest')
    .where('seq', '=', String(exported.seq))
    .executeTakeFirst();
  if (link?.digest !== exported.digest) {
    throw new DeskError('audit-broken', {
      row: exported.seq,
      reason: 'not what the last exported head says',
    });
  }
}

async function lastLink(tx: Tx): Promise<Position> {
  const last = await tx
    .selectFrom('audit_link')
    .select(['seq', 'digest'])
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst();
  return last ? { seq: Number(last.seq), digest: last.digest } : beginning;
}

/** Writes the heads that this node's file lacks, of its own making or another node's. */
async function exportHeads(
  exported: Position,
  { db, headsFile, batch = 1000 }: SealerOptions,
): Promise<Position> {
  let last = exported;
  for (;;) {
    const rows = await db
      .selectFrom('audit_head')
      .selectAll()
      .where('seq', '>', String(last.seq))
      .orderBy('seq')
      .limit(batch)
      .execute();
    const heads = rows.map(storedHead);
    if (heads.length > 0) await appendHeads(headsFile, heads);
    last = heads.at(-1) ?? last;
    if (heads.length < batch) return last;
  }
}

export function storedHead({ seq, digest, at, signature }: Selectable<AuditHeadTable>): Head {
  return { seq: Number(seq), digest, at: at.toISOString(), signature: signature.toString('base64') };
}

async function lastExported(file: string): Promise<Position> {
  let last = beginning;
  for await (const head of readHeads(file)) last = head;
  return last;
}
