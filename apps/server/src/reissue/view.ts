/** What a case that reissues a certificate shows its holder, whichever its journey. */
import type { AmendmentCase, CaseState, CertificateSummary, NextStep, RenewalCase } from '@certdesk/contract';
import type { IdentityNumberOid } from '@certdesk/pki';
import type { CertificateRow } from '../authority/certificates.ts';
import { summaryOf } from '../authority/summary.ts';
import type { Db } from '../schema/database.ts';
import type { Reissue, ReissueData } from './data.ts';
import { encryptionInForce, pairOf } from './twins.ts';

/** What comes next in the states that all such journeys have. */
export const reissueNext = {
  'registry-silent': 'wait',
  checking: 'confirm',
  ordered: 'write',
  issuing: 'write',
  issued: 'write',
  proved: 'write',
  attention: 'service-point',
  referred: 'service-point',
  done: 'nothing',
  cancelled: 'nothing',
  expired: 'nothing',
} as const satisfies Partial<Record<CaseState, NextStep>>;

/** What the view of such a case says, beside its journey, its state and what may be done next. */
export type ReissueView = Omit<AmendmentCase, 'journey' | 'state' | 'next' | 'canCancel'>;

export async function reissueView(
  db: Db,
  reissue: Reissue,
  identityNumberOids: readonly IdentityNumberOid[] | undefined,
  now: Date,
): Promise<ReissueView> {
  const { data, state } = reissue;
  const ids = [reissue.certificateId, data.newCertificateId, data.newEncryptionId].flatMap((id) => id ?? []);
  const certificates = await db.selectFrom('certificate').selectAll().where('id', 'in', ids).execute();
  const old = certificates.find((row) => row.id === reissue.certificateId);
  const fresh = certificates.find((row) => row.id === data.newCertificateId);
  if (!old) throw new Error(`case ${reissue.id} has no certificate`);
  const events = await db
    .selectFrom('case_event')
    .select(['at', 'event', 'from_state', 'to_state'])
    .where('case_id', '=', reissue.id)
    .orderBy('version')
    .execute();
  const summary = (row: CertificateRow) => summaryOf(row, now, identityNumberOids);
  const certificate = summary(old);
  return {
    id: reissue.id,
    number: reissue.number,
    open: reissue.open,
    createdAt: reissue.createdAt.toISOString(),
    updatedAt: reissue.updatedAt.toISOString(),
    endsAt: reissue.endsAt?.toISOString() ?? null,
    entityName: certificate.entityName,
    certificate,
    comparison: data.comparison,
    referral: data.referral ?? (state === 'attention' ? 'too-many-keys' : null),
    added: [...(data.added ?? [])],
    declined: [...(data.declined ?? [])],
    awaited: state === 'issuing' ? await awaitedFor(db, data.intentId) : null,
    progress: reissue.open ? data.progress : null,
    newCertificate: fresh ? summary(fresh) : null,
    twin: data.twin && (await twinView(db, reissue, old, certificates, summary)),
    samePair: samePairOf(reissue),
    leftovers: data.leftovers.length > 0 || data.unwritten,
    history: events.map((event) => ({
      at: event.at.toISOString(),
      event: event.event,
      from: event.from_state,
      to: event.to_state,
    })),
  };
}

/** The CA takes its time: since when, and when it is asked again. */
async function awaitedFor(db: Db, intentId: string | null): Promise<RenewalCase['awaited']> {
  if (!intentId) return null;
  const intent = await db
    .selectFrom('issuance_intent')
    .select(['created_at', 'resume_at'])
    .where('id', '=', intentId)
    .executeTakeFirst();
  if (!intent?.resume_at) return null;
  return { since: intent.created_at.toISOString(), again: intent.resume_at.toISOString() };
}

function samePairOf({ data, open }: Reissue): RenewalCase['samePair'] {
  if (data.keepsPairs) return 'certain';
  if (data.newKey !== null) return data.newKey === data.oldKey ? 'certain' : null;
  return data.recertify && open ? 'possible' : null;
}

async function twinView(
  db: Db,
  { data, state, lineId }: { data: ReissueData; state: Reissue['state']; lineId: string | null },
  old: CertificateRow,
  certificates: readonly CertificateRow[],
  summary: (row: CertificateRow) => CertificateSummary,
): Promise<RenewalCase['twin']> {
  const fresh = certificates.find((row) => row.id === data.newEncryptionId);
  const former = fresh
    ? await db.selectFrom('certificate').selectAll().where('superseded_by', '=', fresh.id).executeTakeFirst()
    : undefined;
  const before =
    former ?? (old.state === 'in-force' && lineId ? await encryptionInForce(db, lineId) : undefined);
  const proved = state === 'proved' || state === 'done';
  const oldKey =
    !proved || !before
      ? null
      : data.newKey === data.oldKey
        ? 'same'
        : data.kept
          ? 'on-key'
          : (await pairOf(db, before.id))
            ? 'kept'
            : 'leaves';
  return {
    certificate: before ? summary(before) : null,
    newCertificate: fresh ? summary(fresh) : null,
    oldKey,
  };
}
