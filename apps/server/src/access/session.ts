/** Sessions of holders: a random cookie, stored as its digest, that ends when it is idle, old or signed out. */
import type { Session } from '@certdesk/contract';
import type { IdentityNumberOid } from '@certdesk/pki';
import { summaryOf } from '../authority/summary.ts';
import { secretDigest } from '../orders/orders.ts';
import { DeskError } from '../platform/error.ts';
import { randomNonce } from '../platform/random.ts';
import type { Db, Tx } from '../schema/database.ts';

export interface SessionSettings {
  readonly minutes: number;
  readonly idleMinutes: number;
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

/** How the audit log names whoever is signed in. */
export function holderActor({ certificateId }: Pick<Holder, 'certificateId'>): string {
  return `holder:${certificateId}`;
}

/** @returns the cookie's value, which the database never holds */
export async function openSession(
  tx: Tx,
  holder: Pick<Holder, 'certificateId' | 'entityId' | 'lineId' | 'mode'>,
  settings: SessionSettings,
  now: Date,
): Promise<{ cookie: string; holder: Holder }> {
  const cookie = randomNonce();
  const sessionDigest = secretDigest(cookie);
  const expiresAt = minutesAfter(now, settings.minutes);
  await tx
    .insertInto('session')
    .values({
      id_digest: sessionDigest,
      certificate_id: holder.certificateId,
      entity_id: holder.entityId,
      line_id: holder.lineId,
      mode: holder.mode,
      created_at: now,
      used_at: now,
      expires_at: expiresAt,
    })
    .execute();
  return { cookie, holder: { ...holder, sessionDigest, expiresAt } };
}

export async function closeSession(tx: Tx, holder: Holder): Promise<void> {
  await tx.deleteFrom('session').where('id_digest', '=', holder.sessionDigest).execute();
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
  const idleUntil = row && minutesAfter(row.used_at, settings.idleMinutes);
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

export async function sessionView(
  db: Db,
  holder: Holder,
  now: Date,
  identityNumberOids?: readonly IdentityNumberOid[],
): Promise<Session> {
  const certificate = await db
    .selectFrom('certificate')
    .selectAll()
    .where('id', '=', holder.certificateId)
    .executeTakeFirstOrThrow();
  const summary = summaryOf(certificate, now, identityNumberOids);
  return {
    mode: holder.mode,
    certificate: summary,
    entity: { name: summary.entityName },
    expiresAt: holder.expiresAt.toISOString(),
  };
}

/** Removes sessions that are over, for a job. */
export async function sweepSessions(db: Db, now: Date): Promise<void> {
  await db.deleteFrom('session').where('expires_at', '<', now).execute();
}
