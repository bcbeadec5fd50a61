/** The register is asked about a case's certificate, and the case goes on by its answer. */
import { createHash } from 'node:crypto';
import type { Comparison, ConfirmRequest, IdentityKind, IdentityNumber, Referral } from '@certdesk/contract';
import { Certificate, type CertificateProfile } from '@certdesk/pki';
import type { z } from 'zod';
import { servedBy } from '../access/served.ts';
import { type Holder, holderActor } from '../access/session.ts';
import type { CertificateRow } from '../authority/certificates.ts';
import { entityNameOf, identityNumbersOf } from '../authority/summary.ts';
import { ownCase } from '../cases/own.ts';
import { DeskError } from '../platform/error.ts';
import { enqueue } from '../platform/jobs.ts';
import { randomId } from '../platform/random.ts';
import { mayBeAdded, warningsFor } from '../registry/allowances.ts';
import { allMatch, compare, groupsOf, openOffers } from '../registry/compare.ts';
import type { Tx } from '../schema/database.ts';
import { openCaseOf } from './cases.ts';
import type { Reissue, ReissueData } from './data.ts';
import type { RegisterSettings, ReissueDeps } from './deps.ts';

/** Asks the register again for one case: `{ caseId }`. */
export const askRegisterJob = 'ask-register';

/** What the register's answer means to a certificate; a referral stops the case. */
export interface Answer {
  readonly comparison: Comparison;
  readonly referral: z.infer<typeof Referral> | null;
}

/** How one journey goes on by an answer. */
export interface CheckRules {
  /** States in which the register's answer may still change the case. */
  readonly open: readonly Reissue['state'][];
  /** Moves a locked case by an answer that is new to it. */
  take(tx: Tx, reissue: Reissue, answer: Answer, actor: string): Promise<void>;
}

export interface CheckDeps extends ReissueDeps {
  readonly profiles: ReadonlyMap<string, CertificateProfile>;
  readonly settings: RegisterSettings;
}

interface Opening {
  /** Of the case's number. */
  readonly prefix: string;
  dataOf(id: string): ReissueData;
}

export function registerChecks(deps: CheckDeps, rules: CheckRules) {
  const { db, engine, settings } = deps;

  /**
   * What the register says beside the certificate; null while the register is silent.
   * @param profile of the new certificate: it says which numbers may stand there
   */
  async function ask(der: Uint8Array, profile: string): Promise<Answer | null> {
    const certificate = Certificate.parse(der);
    const subject = {
      name: entityNameOf(certificate),
      numbers: identityNumbersOf(certificate, deps.identityNumberOids),
    };
    const answer = await deps.registry.find(subject.numbers, subject.name);
    if (answer.kind === 'silent') return null;
    const askedAt = answer.askedAt.toISOString();
    if (answer.kind === 'unknown') {
      const comparison = { digest: digestOf([]), askedAt, origin: null, rows: [], groups: [], warnings: [] };
      return { comparison, referral: 'unknown-entity' };
    }
    const { entity, origin } = answer;
    const allowed = deps.profiles.get(profile)?.identityNumbers.kinds ?? [];
    const warnings = await warningsFor(db, different([...subject.numbers, ...entity.numbers]));
    const rows = compare(
      subject,
      entity,
      settings.offeredNumbers.filter((kind) => allowed.includes(kind)),
      (number) => mayBeAdded(number, warnings),
    );
    const comparison = {
      digest: digestOf(rows),
      askedAt,
      origin: { ...origin, saidAt: origin.saidAt.toISOString() },
      rows,
      groups: groupsOf(rows),
      warnings,
    };
    if (entity.state === 'closed') return { comparison, referral: 'closed-entity' };
    const uscc = [...subject.numbers, ...entity.numbers].find(({ kind }) => kind === 'uscc')?.value;
    if (servedBy(deps.served, { uscc, registered: entity.division }) === 'no')
      return { comparison, referral: 'region-not-served' };
    return { comparison, referral: allMatch(rows) ? null : 'mismatch' };
  }

  /** Moves a locked case by what the register said. Silent: nothing changes and a job asks again later. */
  async function takeAnswer(tx: Tx, reissue: Reissue, answer: Answer | null, actor: string): Promise<void> {
    if (!answer) {
      if (reissue.state !== 'registry-silent') return;
      const runAt = new Date(deps.clock().getTime() + settings.registryRetryMinutes * 60_000);
      await enqueue(tx, askRegisterJob, { caseId: reissue.id }, { key: `ask:${reissue.id}`, runAt });
      return;
    }
    const { comparison, referral } = answer;
    const known =
      reissue.state !== 'registry-silent' && reissue.data.comparison?.digest === comparison.digest;
    if (known && !referral) await engine.keep(tx, reissue.id, { comparison });
    else await rules.take(tx, reissue, answer, actor);
  }

  /** Asks the register and moves the case by its answer. */
  async function check(caseId: string, actor: string): Promise<void> {
    const before = await db
      .selectFrom('desk_case')
      .innerJoin('certificate', 'certificate.id', 'desk_case.certificate_id')
      .select(['desk_case.data', 'certificate.der'])
      .where('desk_case.id', '=', caseId)
      .executeTakeFirstOrThrow();
    const answer = await ask(before.der, (before.data as unknown as ReissueData).profile);
    await db.transaction().execute(async (tx) => {
      const reissue = await engine.lock(tx, caseId);
      if (rules.open.includes(reissue.state)) await takeAnswer(tx, reissue, answer, actor);
    });
  }

  return {
    /**
     * Opens a case with what the register says of its certificate.
     * @param dataOf what the case keeps, by its id
     * @throws DeskError `case-open` when another case changes this line
     */
    async open(holder: Holder, certificate: CertificateRow, { prefix, dataOf }: Opening): Promise<string> {
      const taken = await openCaseOf(db, holder.lineId);
      if (taken) throw new DeskError('case-open', { number: taken.number, case: taken.id });
      const id = randomId();
      const data = dataOf(id);
      // Asked first, so that a node that stops meanwhile leaves no case behind that nobody asks for.
      const answer = await ask(certificate.der, data.profile);
      const now = deps.clock();
      const { entityId, lineId } = holder;
      await db.transaction().execute(async (tx) => {
        const about = { id, prefix, entityId, lineId, certificateId: certificate.id, data };
        const opened = await engine.open(tx, 'opened', { ...about, actor: holderActor(holder), now });
        await takeAnswer(tx, opened, answer, 'register');
      });
      return id;
    },

    /** The holder does not want to wait for the job. */
    async askAgain(holder: Holder, id: string): Promise<void> {
      const { state } = await ownCase(db, holder, id);
      if (state === 'registry-silent') await check(id, 'register');
    },

    /** For a case that waits for the register; any other is left alone. */
    async askIfSilent(caseId: string): Promise<void> {
      const row = await db
        .selectFrom('desk_case')
        .select('state')
        .where('id', '=', caseId)
        .executeTakeFirst();
      if (row?.state === 'registry-silent') await check(caseId, 'register');
    },

    /**
     * Before the holder's decision: asks again where the answer that he was shown has grown old.
     * @returns the comparison that he was shown
     */
    async refresh(caseId: string): Promise<Comparison | null> {
      const before = await db
        .selectFrom('desk_case')
        .select('data')
        .where('id', '=', caseId)
        .executeTakeFirst();
      const shown = (before?.data as unknown as ReissueData | undefined)?.comparison ?? null;
      const age = shown ? deps.clock().getTime() - Date.parse(shown.askedAt) : 0;
      if (shown && age > settings.registryMaxAgeHours * 3_600_000) await check(caseId, 'register');
      return shown;
    },
  };
}

/**
 * What the holder decided, checked against what is on offer: a number is only ever taken from the register.
 * @throws DeskError `comparison-changed`, `confirmations-missing`, `number-not-offered`, `numbers-undecided`
 */
export function decisionOf(
  comparison: Comparison,
  seen: ConfirmRequest,
): { added: IdentityNumber[]; declined: IdentityKind[] } {
  if (comparison.digest !== seen.comparison) throw new DeskError('comparison-changed');
  if (comparison.groups.some((group) => !seen.groups.includes(group)))
    throw new DeskError('confirmations-missing');
  const offers = openOffers(comparison.rows);
  const isOffered = (kind: IdentityKind) => offers.some((offer) => offer.kind === kind);
  if (![...seen.added, ...seen.declined].every(isOffered)) throw new DeskError('number-not-offered');
  if (offers.some(({ kind }) => seen.added.includes(kind) === seen.declined.includes(kind)))
    throw new DeskError('numbers-undecided');
  const takes = ({ kind }: IdentityNumber) => seen.added.includes(kind);
  return {
    added: offers.filter(takes),
    declined: offers.filter((offer) => !takes(offer)).map(({ kind }) => kind),
  };
}

/** What the case's history keeps of a decision, and of the answer that it was made on. */
export function decisionNote(
  { digest, origin, warnings }: Comparison,
  { added, declined }: { added: readonly IdentityNumber[]; declined: readonly IdentityKind[] },
): Record<string, unknown> {
  return { comparison: digest, register: origin, added, declined, ...(warnings.length > 0 && { warnings }) };
}

function different(numbers: readonly IdentityNumber[]): IdentityNumber[] {
  return numbers.filter(
    ({ kind, value }, at) => numbers.findIndex((one) => one.kind === kind && one.value === value) === at,
  );
}

function digestOf(rows: Comparison['rows']): string {
  return createHash('sha256').update(JSON.stringify(rows)).digest('hex');
}
