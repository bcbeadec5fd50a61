/** A renewal as its holder sees it. What to do next is said here and nowhere else. */
import type { CertificateSummary, NextStep, RenewalCase, RenewalState } from '@certdesk/contract';
import type { IdentityNumberOid } from '@certdesk/pki';
import type { CertificateRow } from '../../authority/certificates.ts';
import { summaryOf } from '../../authority/summary.ts';
import { can } from '../../cases/table.ts';
import type { Db } from '../../schema/database.ts';
import type { Renewal } from './data.ts';
import { type RenewalSettings, termsOnOffer } from './rules.ts';
import { renewalTable } from './steps.ts';
import { encryptionInForce, pairOf } from './twins.ts';

const nextSteps: Record<RenewalState, NextStep> = {
  'registry-silent': 'wait',
  checking: 'confirm',
  confirmed: 'choose-term',
  ordered: 'write',
  issuing: 'write',
  issued: 'write',
  proved: 'write',
  attention: 'service-point',
  referred: 'service-point',
  done: 'nothing',
  cancelled: 'nothing',
  expired: 'nothing',
};

export async function renewalView(
  db: Db,
  renewal: Renewal,
  deps: {
    settings: RenewalSettings;
    authorityEnd: Date;
    identityNumberOids: readonly IdentityNumberOid[] | undefined;
  },
  now: Date,
): Promise<RenewalCase> {
  const { data, state } = renewal;
  const ids = [renewal.certificateId, data.newCertificateId, data.newEncryptionId].flatMap((id) => id ?? []);
  const certificates = await db.selectFrom('certificate').selectAll().where('id', 'in', ids).execute();
  const old = certificates.find((row) => row.id === renewal.certificateId);
  const fresh = certificates.find((row) => row.id === data.newCertificateId);
  if (!old) throw new Error(`case ${renewal.id} has no certificate`);
  const events = await db
    .selectFrom('case_event')
    .select(['at', 'event', 'from_state', 'to_state'])
    .where('case_id', '=', renewal.id)
    .orderBy('version')
    .execute();
  const awaited = state === 'issuing' ? await awaitedFor(db, data.intentId) : null;
  const choosing = ['checking', 'confirmed', 'ordered'].includes(state);
  const terms = choosing ? termsOnOffer(old.not_after, now, deps.authorityEnd, deps.settings) : [];
  const summary = (row: typeof old) => summaryOf(row, now, deps.identityNumberOids);
  const certificate = summary(old);
  const twin = data.twin && (await twinView(db, renewal, old, certificates, summary));
  return {
    id: renewal.id,
    number: renewal.number,
    journey: 'renewal',
    state,
    open: renewal.open,
    next: awaited ? 'wait' : nextSteps[state],
    canCancel: can(renewalTable, state, 'cancelled'),
    createdAt: renewal.createdAt.toISOString(),
    updatedAt: renewal.updatedAt.toISOString(),
    endsAt: renewal.endsAt?.toISOString() ?? null,
    entityName: certificate.entityName,
    certificate,
    comparison: data.comparison,
    referral: data.referral ?? (state === 'attention' ? 'too-many-keys' : null),
    awaited,
    terms: terms.map((term) => ({ years: term.years, notAfter: term.notAfter.toISOString() })),
    years: data.years,
    agreement: data.agreement,
    progress: renewal.open ? data.progress : null,
    newCertificate: fresh ? summary(fresh) : null,
    twin,
    samePair: samePairOf(renewal),
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

function samePairOf({ data, open }: Renewal): RenewalCase['samePair'] {
  if (data.newKey !== null) return data.newKey === data.oldKey ? 'certain' : null;
  return data.recertify && open ? 'possible' : null;
}

async function twinView(
  db: Db,
  { data, state, lineId }: Renewal,
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
