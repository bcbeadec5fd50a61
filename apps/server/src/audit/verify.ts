import type { Sm2PublicKey } from '@certdesk/gm';
import { sql } from 'kysely';
import type { Db } from '../schema/database.ts';
import { type AuditRow, atText, beginning, headIsSigned, linked, type Position } from './chain.ts';
import { readHeads } from './heads-file.ts';
import { storedHead } from './sealer.ts';

/**
 * - `changed`: the row is not what was linked
 * - `deleted`: the row is gone, its link is there
 * - `link-missing`: its link is gone from the middle of the chain
 * - `cut`: the chain ends before what a head says was there
 * - `recomputed`: the chain fits together but is not the one that was signed; the row is the first after the last good head
 * - `head-forged`: a head that the audit key did not sign
 * - `unsigned`: links that no head covers; the sealer signs what it links
 * - `not-exported`: a head that has not reached the file although it is old
 * - `unlinked`: a row that is old and in no link
 */
export type FindingKind =
  | 'changed'
  | 'deleted'
  | 'link-missing'
  | 'cut'
  | 'recomputed'
  | 'head-forged'
  | 'unsigned'
  | 'not-exported'
  | 'unlinked';

export interface Finding {
  kind: FindingKind;
  /** Place in the chain, from 1; for `unlinked` the id of the row in `audit_event`. */
  row: number;
  /** Id of the row in `audit_event`, where known. */
  event?: string;
}

export interface Verification {
  /** Links that were walked and are good. */
  links: number;
  heads: number;
  /** The first thing that is wrong. */
  finding?: Finding;
}

export interface VerifyOptions {
  db: Db;
  headsFile: string;
  publicKey: Sm2PublicKey;
  now: Date;
  /** Rows and heads younger than this may still be on their way. */
  graceSeconds?: number;
}

/** Walks the whole chain against the exported heads, a page at a time, while the desk goes on working. */
export async function verifyAudit(options: VerifyOptions): Promise<Verification> {
  const { db, headsFile, publicKey, now, graceSeconds = 30 } = options;
  const youngest = new Date(now.getTime() - graceSeconds * 1000);
  const next = linkReader(db);
  const good: Verification = { links: 0, heads: 0 };
  let position = beginning;
  let headed = beginning;

  /** Walks one link on. @returns what is wrong with it, or undefined */
  const step = (link: Link): Finding | undefined => {
    const row = position.seq + 1;
    const { event } = link;
    if (link.seq !== row) return { kind: 'link-missing', row };
    if (!link.row) return { kind: 'deleted', row, event };
    const expected = linked(position, link.row);
    if (expected.digest !== link.digest) return { kind: 'changed', row, event };
    position = expected;
    good.links += 1;
    return undefined;
  };

  // A head is read first and links up to it after: links are committed before their head is exported.
  for await (const head of readHeads(headsFile)) {
    while (position.seq < head.seq) {
      const link = await next();
      const finding = link ? step(link) : ({ kind: 'cut', row: position.seq + 1 } as const);
      if (finding) return { ...good, finding };
    }
    if (!headIsSigned(head, publicKey)) return { ...good, finding: { kind: 'head-forged', row: head.seq } };
    if (head.seq < position.seq || head.digest !== position.digest) {
      return { ...good, finding: { kind: 'recomputed', row: Math.min(headed.seq + 1, head.seq) } };
    }
    headed = position;
    good.heads += 1;
  }
  for (let link = await next(); link; link = await next()) {
    const finding = step(link);
    if (finding) return { ...good, finding };
  }
  const finding =
    (await checkTail(db, headed, position, publicKey, youngest)) ?? (await findUnlinked(db, youngest));
  return finding ? { ...good, finding } : good;
}

/** Links after the last exported head: the database must have a signed head for them, and a young one. */
async function checkTail(
  db: Db,
  headed: Position,
  position: Position,
  publicKey: Sm2PublicKey,
  youngest: Date,
): Promise<Finding | undefined> {
  if (position.seq === headed.seq) return undefined;
  const row = headed.seq + 1;
  const found = await db
    .selectFrom('audit_head')
    .selectAll()
    .where('seq', '=', String(position.seq))
    .executeTakeFirst();
  if (!found) return { kind: 'unsigned', row };
  const head = storedHead(found);
  if (!headIsSigned(head, publicKey)) return { kind: 'head-forged', row: head.seq };
  if (head.digest !== position.digest) return { kind: 'recomputed', row };
  return found.at < youngest ? { kind: 'not-exported', row } : undefined;
}

async function findUnlinked(db: Db, youngest: Date): Promise<Finding | undefined> {
  const { rows } = await sql<{ id: string }>`
    select id from audit_event e where at < ${youngest}
    and not exists (select from audit_link where event_id = e.id)
    union all
    select event_id from audit_pending p where not exists (select from audit_event where id = p.event_id)
    order by 1 limit 1`.execute(db);
  const [first] = rows;
  return first && { kind: 'unlinked', row: Number(first.id), event: first.id };
}

interface Link extends Position {
  event: string;
  /** Undefined when the row is gone. */
  row: AuditRow | undefined;
}

const pageLength = 1000;

/** Reads the links one after the other. Undefined at the end; asked again later, it looks again. */
function linkReader(db: Db): () => Promise<Link | undefined> {
  let page: Link[] = [];
  let at = 0;
  let last = 0;
  return async () => {
    if (at === page.length) {
      page = await readPage(db, last);
      at = 0;
    }
    const link = page[at];
    if (link) {
      at += 1;
      last = link.seq;
    }
    return link;
  };
}

async function readPage(db: Db, after: number): Promise<Link[]> {
  const { rows } = await sql<
    { seq: string; event: string; digest: string } & { [key in keyof AuditRow]: AuditRow[key] | null }
  >`
    select l.seq, l.event_id as event, l.digest,
      e.id::text, ${sql.raw(atText.replaceAll('(at ', '(e.at '))} as at, e.actor, e.action, e.subject, e.data
    from audit_link l left join audit_event e on e.id = l.event_id
    where l.seq > ${after} order by l.seq limit ${pageLength}`.execute(db);
  return rows.map(({ seq, event, digest, ...row }) => ({
    seq: Number(seq),
    event,
    digest,
    row: row.id === null ? undefined : (row as AuditRow),
  }));
}
