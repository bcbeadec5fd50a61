/**
 * The register of certificates and their states: issued → in force → superseded; in force ⇄ suspended; any → revoked.
 * Every change says which states it may come from, in the database's own terms, so that of two that race one is
 * refused; it writes its audit row in the same transaction, the caller's. What whoever checks certificates is told changes with
 * it: the job that publishes it is queued in that transaction too.
 */
import type { ErrorCode } from '@certdesk/contract';
import type { Selectable } from 'kysely';
import { record } from '../audit/record.ts';
import { DeskError } from '../platform/error.ts';
import { enqueue } from '../platform/jobs.ts';
import type { Db, Tx } from '../schema/database.ts';
import type { CertificateState, CertificateTable } from '../schema/tables.ts';

export type CertificateRow = Selectable<CertificateTable>;

/** RFC 5280 §5.3.1; `certificateHold` is the state `suspended`. */
export const revocationReasons = [
  'unspecified',
  'keyCompromise',
  'cACompromise',
  'affiliationChanged',
  'superseded',
  'cessationOfOperation',
  'privilegeWithdrawn',
] as const;
export type RevocationReason = (typeof revocationReasons)[number];

/** Makes new lists of a CA: `{ issuer }`. Queued in the transaction of what changed them. */
export const publishListsJob = 'publish-lists';
/** Looks after what a certificate that was revoked or suspended leaves behind: `{ certificateId }`. */
export const certificateStoppedJob = 'certificate-stopped';

/** @param digest SHA-256 of the certificate's DER, lower-case hex */
export async function findCertificate(db: Db | Tx, digest: string): Promise<CertificateRow | undefined> {
  return db.selectFrom('certificate').selectAll().where('digest', '=', digest).executeTakeFirst();
}

/** The signing certificate of a line that is in force, if one is. */
export async function findInForce(db: Db | Tx, lineId: string): Promise<CertificateRow | undefined> {
  return db
    .selectFrom('certificate')
    .selectAll()
    .where('line_id', '=', lineId)
    .where('state', '=', 'in-force')
    .where('use', '=', 'signing')
    .executeTakeFirst();
}

/** Issued → in force: its key has proved that it holds it. */
export async function putInForce(tx: Tx, id: string, now: Date, actor?: string): Promise<void> {
  await change(tx, id, { from: ['issued'], to: 'in-force', now, actor });
}

/** In force → superseded by its successor. It stays valid for past signatures; it may not sign in any more. */
export async function supersede(
  tx: Tx,
  oldId: string,
  byId: string,
  now: Date,
  actor?: string,
): Promise<void> {
  await change(tx, oldId, { from: ['in-force'], to: 'superseded', now, actor, supersededBy: byId });
}

export async function suspend(tx: Tx, id: string, now: Date, actor: string): Promise<void> {
  await change(tx, id, { from: ['in-force'], to: 'suspended', now, actor });
}

export async function resume(tx: Tx, id: string, now: Date, actor: string): Promise<void> {
  await change(tx, id, { from: ['suspended'], to: 'in-force', now, actor });
}

/** Any state but revoked → revoked, for good. */
export async function revoke(
  tx: Tx,
  id: string,
  reason: RevocationReason,
  now: Date,
  actor?: string,
): Promise<void> {
  const from = ['issued', 'in-force', 'suspended', 'superseded'] as const;
  await change(tx, id, { from, to: 'revoked', now, actor, reason });
}

/** For those who only want that it is. */
export async function revokeUnlessRevoked(
  tx: Tx,
  id: string,
  reason: RevocationReason,
  now: Date,
): Promise<void> {
  const { state } = await tx
    .selectFrom('certificate')
    .select('state')
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirstOrThrow();
  if (state !== 'revoked') await revoke(tx, id, reason, now);
}

interface Change {
  readonly from: readonly CertificateState[];
  readonly to: CertificateState;
  readonly now: Date;
  readonly actor: string | undefined;
  readonly supersededBy?: string;
  readonly reason?: RevocationReason;
}

/** Why a certificate in this state cannot be what it was to become. */
const refusals: Record<CertificateState, ErrorCode> = {
  issued: 'certificate-not-usable',
  'in-force': 'case-state',
  suspended: 'certificate-suspended',
  superseded: 'certificate-superseded',
  revoked: 'certificate-revoked',
};

async function change(
  tx: Tx,
  id: string,
  { from, to, now, actor, supersededBy, reason }: Change,
): Promise<void> {
  const before = await tx
    .selectFrom('certificate')
    .select(['state', 'digest', 'serial_number', 'issuer', 'line_id'])
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst();
  if (!before) throw new DeskError('certificate-unknown');
  if (!from.includes(before.state)) throw new DeskError(refusals[before.state]);
  await tx
    .updateTable('certificate')
    .set({
      state: to,
      state_changed_at: now,
      ...(supersededBy && { superseded_by: supersededBy }),
      ...(reason && { revocation_reason: reason }),
    })
    .where('id', '=', id)
    .execute();
  const data = { from: before.state, serialNumber: before.serial_number, ...(reason && { reason }) };
  await record(
    tx,
    {
      actor: actor ?? 'authority',
      action: `certificate.${to}`,
      subject: `certificate:${before.digest}`,
      data,
    },
    now,
  );
  const stopped = to === 'revoked' || to === 'suspended';
  if (stopped || before.state === 'suspended') {
    // Several changes at once are one list.
    await enqueue(tx, publishListsJob, { issuer: before.issuer }, { key: `lists:${before.issuer}` });
  }
  if (stopped && before.line_id !== null) await enqueue(tx, certificateStoppedJob, { certificateId: id });
}
