/** Sessions of holders: a random cookie, stored as its digest, that ends when it is idle, old or signed out. */
import type { Session } from '@certdesk/contract';
import { summaryOf } from '../authority/summary.ts';
import { secretDigest } from '../orders/orders.ts';
import { DeskError } from '../platform/error.ts';
import { randomNonce } from '../platform/random.ts';
import type { Db, Tx } from '../schema/database.ts';

export interface SessionSettings {
  readonly sessionMinutes: number;
  readonly sessionIdleMinutes: number;
}

/** Who is signed in: a certificate, its entity and its line. */
export interface Holder {
  readonly sessionDigest: string;
  readonly certificateId: string;
  readonly entityId: string;
  readonly lineId: string;
  readonly mode: Session['mode'];
  readonly expiresAt: Date;
}

const minutesAfter = (now: Date, minutes: number) => new Date(now.getTime() + minutes * 60_000);

/** @returns the cookie's value; the database never holds it */
export async function openSession(
  tx: Tx,
  holder: Pick<Holder, 'certificateId' | 'entityId' | 'lineId' | 'mode'>,
  settings: SessionSettings,
  now: Date,
): Promise<string> {
  const cookie = randomNonce();
  await tx
    .insertInto('session')
    .values({
      id_digest: secretDigest(cookie),
      certificate_id: holder.certificateId,
      entity_id: holder.entityId,
      line_id: holder.lineId,
      mode: holder.mode,
      created_at: now,
      used_at: now,
      expires_at: minutesAfter(now, settings.sessionMinutes),
    })
    .execute();
  return cookie;
}

/**
 * The holder behind a cookie; `session-ended` for none. A certificate that was revoked or suspended after sign-in
 * ends the session at once; one that was superseded does not, because the renewal that did it is still being shown.
 */
export async function readSession(
  db: Db,
  cookie: string | undefined,
  settings: SessionSettings,
  now: Date,
): Promise<Holder> {
  if (!cookie) throw new DeskError('session-ended');
  const digest = secretDigest(cookie);
  const row = await db
    .selectFrom('session')
    .innerJoin('certificate', 'certificate.id', 'session.certificate_id')
    .select([
      'session.certificate_id',
      'session.entity_id',
      'session.line_id',
      'mode',
      'used_at',
      'expires_at',
      'state',
    ])
    .where('id_digest', '=', digest)
    .executeTakeFirst();
  const idleUntil = row && minutesAfter(row.used_at, settings.sessionIdleMinutes);
  if (!row || !idleUntil || row.expires_at <= now || idleUntil <= now) throw new DeskError('session-ended');
  if (row.state === 'revoked' || row.state === 'suspended') throw new DeskError('session-ended');
  // Once a minute is enough to know that it is in use.
  if (now.getTime() - row.used_at.getTime() > 60_000) {
    await db.updateTable('session').set({ used_at: now }).where('id_digest', '=', digest).execute();
  }
  return {
    sessionDigest: digest,
    certificateId: row.certificate_id,
    entityId: row.entity_id,
    lineId: row.line_id,
    mode: row.mode,
    expiresAt: row.expires_at,
  };
}

export async function sessionView(db: Db, holder: Holder, now: Date): Promise<Session> {
  const certificate = await db
    .selectFrom('certificate')
    .selectAll()
    .where('id', '=', holder.certificateId)
    .executeTakeFirstOrThrow();
  const summary = summaryOf(certificate, now);
  return {
    mode: holder.mode,
    certificate: summary,
    entity: { name: summary.entityName },
    expiresAt: holder.expiresAt.toISOString(),
  };
}
