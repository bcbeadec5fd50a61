/**
 * Another CA, asked over CMP. What is stored decides, never what a node remembers: the intent and its transaction are
 * committed before the CA is asked, one node at a time talks to it about an intent, and an answer that was lost is asked
 * for in the same transaction again.
 */
import {
  Certificate,
  type CertificateProfile,
  type CmpStatusInfo,
  confirmationHash,
  confirmsImplicitly,
  DEFAULT_IDENTITY_NUMBER_OIDS,
  type IdentityNumberOid,
} from '@certdesk/pki';
import { record } from '../../audit/record.ts';
import type { Clock } from '../../platform/clock.ts';
import { DeskError } from '../../platform/error.ts';
import { enqueue } from '../../platform/jobs.ts';
import type { Db, Tx } from '../../schema/database.ts';
import type { Confirmation, Continuation, IntentRequest, IssuedRecord } from '../authority.ts';
import { findInForce, revokeUnlessRevoked } from '../certificates.ts';
import { completeContent } from '../complete-content.ts';
import { contentLike } from '../content.ts';
import type { BulkAuthority } from '../embedded/embedded.ts';
import {
  type CompleteRequest,
  type Intended,
  type Intent,
  issuedFor,
  lockIntents,
  readIntents,
  settleIntents,
  withdrawIntent,
  writeIntents,
} from '../intents.ts';
import type { Profiles } from '../profiles.ts';
import { confirmBy, type Enrolment, enrolmentIn, throwIfPassing, wordsOf } from './answers.ts';
import { type CmpAnswer, type Exchange, exchangeWith, NoAnswer } from './exchange.ts';
import { granted } from './granted.ts';
import { referenceTo, requestFor, requestId } from './request.ts';
import type { CmpSettings } from './settings.ts';
import { addRevocation, tendCmp } from './tend.ts';
import {
  type CmpTransaction,
  changeTransaction,
  laterBy,
  lockTransaction,
  moveTransaction,
  newTransactionId,
  readTransaction,
  takeTransaction,
  writeTransactions,
} from './transactions.ts';

export interface CmpOptions {
  readonly db: Db;
  readonly settings: CmpSettings;
  readonly profiles: Profiles;
  readonly trustedRoots?: readonly Certificate[];
  readonly intermediates?: readonly Certificate[];
  readonly identityNumbers?: readonly IdentityNumberOid[];
  readonly clock: Clock;
  /** In place of asking over HTTP. */
  readonly exchange?: Exchange;
}

/** The job that passes on revocations and rejections. */
export const tendAuthorityJob = 'tend-authority';
/** The job that goes on with open intents. */
const finishJob = 'finish-open-intents';

/** A CA that knows nothing of a transaction that it was asked for is asked anew so often. */
const attemptsAllowed = 3;
/** A pause that a waiting assistant sits out; after a longer one the case goes on later. */
const shortSeconds = 20;

const issuingCa = 'cmp';

export function cmpAuthority(options: CmpOptions): BulkAuthority {
  const { db, settings, clock } = options;
  const [ca] = settings.chain;
  const root = settings.chain.at(-1);
  if (!ca || !root) throw new Error('a CMP authority without its CA');
  const issuer = ca.subject.toString();
  const exchange = options.exchange ?? exchangeWith(settings, clock);
  const leaseMs = settings.timeoutMs + 5000;
  const oids = options.identityNumbers ?? DEFAULT_IDENTITY_NUMBER_OIDS;
  const profileNamed = (name: string): CertificateProfile => {
    const profile = options.profiles.get(name);
    if (!profile) throw new DeskError('authority-unavailable', { profile: name });
    return profile;
  };
  const open = (intent: Intent | undefined): intent is Intent => intent?.state === 'intended';

  function complete(request: IntentRequest, now: Date): CompleteRequest | DeskError {
    try {
      const profile = profileNamed(request.profile);
      const content = completeContent(profile, ca as Certificate, request.publicKey, request.content, now);
      return { ...request, content, issuingCa, foreign: true };
    } catch (error) {
      if (error instanceof DeskError) return error;
      throw error;
    }
  }

  async function intendAll(
    tx: Tx,
    requests: readonly IntentRequest[],
    now: Date,
  ): Promise<(Intended | DeskError)[]> {
    const completed = requests.map((request) => complete(request, now));
    const admitted = completed.flatMap((each) => (each instanceof DeskError ? [] : [each]));
    const written = await writeIntents(tx, admitted, now);
    const fresh = written.flatMap((each) =>
      each instanceof DeskError || !each.fresh ? [] : [each.intentId],
    );
    await writeTransactions(tx, fresh, now);
    const answers = written.values();
    return completed.map((each) =>
      each instanceof DeskError ? each : (answers.next().value as Intended | DeskError),
    );
  }

  // ── asking ──

  /** Sends the request, or polls; what was stored is a step further before anything is sent. */
  async function ask(
    intent: Intent,
    taken: CmpTransaction,
  ): Promise<{ answer: CmpAnswer; enrolment: Enrolment }> {
    const polls = taken.state === 'waiting';
    const shared = { transactionId: taken.transaction_id, recipientNonce: taken.server_nonce };
    if (polls) {
      const id = taken.request_id ?? assumedId();
      const answer = await exchange({ ...shared, body: { kind: 'pollReq', ids: [id] } });
      return { answer, enrolment: enrolmentIn(answer, taken.server_nonce ? id : null) };
    }
    // Withdrawn since it was read: nothing is asked for.
    if (!(await moveTransaction(db, intent.id, ['open', 'asked'], { state: 'asked' })))
      throw new DeskError('case-state');
    const profile = profileNamed(intent.profile);
    const body = requestFor(intent, profile, settings, await oldCertificate(intent));
    const answer = await exchange({ ...shared, body, enrols: true });
    return { answer, enrolment: enrolmentIn(answer, body.kind === 'p10cr' ? null : requestId) };
  }

  /** certReqId of a request whose answer never came (RFC 9480 §2.2 for PKCS#10). */
  function assumedId(): number {
    return settings.request === 'p10cr' ? -1 : requestId;
  }

  /** What a key update replaces, if this CA issued it. */
  async function oldCertificate(intent: Intent) {
    if (settings.request !== 'kur' || !intent.line_id) return undefined;
    const row = await findInForce(db, intent.line_id);
    const certificate = row && Certificate.parse(row.der);
    return certificate?.issuer.equals((ca as Certificate).subject) ? referenceTo(certificate) : undefined;
  }

  async function finishOpen(intent: Intent, continuation: Continuation | undefined): Promise<IssuedRecord> {
    const taken = await takeTransaction(db, intent.id, ['open', 'asked', 'waiting'], clock(), leaseMs);
    if (!taken) throw await notYet(intent.id);
    let answered: Awaited<ReturnType<typeof ask>>;
    try {
      answered = await ask(intent, taken);
    } catch (error) {
      await later(intent.id, taken);
      throw unavailableIfNoAnswer(error);
    }
    const { enrolment, answer } = answered;
    switch (enrolment.kind) {
      case 'waiting':
        throw await waits(intent, taken, answer, enrolment);
      case 'granted':
        return take(intent, answer, enrolment, continuation);
      case 'refused':
      case 'error': {
        const next = enrolment.kind === 'error' && whatElse(taken, enrolment.status);
        if (!next) return refuse(intent, wordsOf(enrolment.status), continuation);
        await db.transaction().execute(async (tx) => {
          const change = { ...next, busy_until: null, due_at: clock() };
          if (await moveTransaction(tx, intent.id, ['asked', 'waiting'], change))
            await note(tx, 'intent.asked-again', intent, { ...wordsOf(enrolment.status), how: next.state });
        });
        return finish(intent.id, continuation);
      }
    }
  }

  async function finish(intentId: string, continuation?: Continuation): Promise<IssuedRecord> {
    const intent = (await readIntents(db, [intentId])).get(intentId);
    if (open(intent)) return finishOpen(intent, continuation);
    const issued = intent && (await issuedFor(db, [intent])).get(intentId);
    if (!issued) throw new DeskError('case-state');
    return issued;
  }

  /** What can be done about an error other than to take it for a refusal. Bounded by the number of attempts. */
  function whatElse(
    taken: CmpTransaction,
    status: CmpStatusInfo,
  ): (Partial<CmpTransaction> & { state: 'waiting' | 'open' }) | undefined {
    const known = status.failures.some((failure) =>
      ['transactionIdInUse', 'duplicateCertReq'].includes(failure),
    );
    // The CA has this transaction already: its answer was lost, and is polled for.
    if (taken.state !== 'waiting' && known && taken.attempt <= attemptsAllowed)
      return { state: 'waiting', request_id: assumedId(), server_nonce: null };
    // It knew the transaction, or a duplicate of it, and cannot be polled for it: a transaction of its own then.
    if (taken.state === 'waiting' && taken.server_nonce === null && taken.attempt < attemptsAllowed)
      return { state: 'open', transaction_id: Buffer.from(newTransactionId()), attempt: taken.attempt + 1 };
    return undefined;
  }

  async function notYet(intentId: string): Promise<DeskError> {
    const row = await readTransaction(db, intentId);
    const until = Math.max(row?.due_at.getTime() ?? 0, row?.busy_until?.getTime() ?? 0);
    const seconds = Math.max(1, Math.ceil((until - clock().getTime()) / 1000));
    return new DeskError(seconds > shortSeconds ? 'issuing-waits' : 'issuing-not-yet', { seconds });
  }

  /** Nothing is known of what the CA did: asked again in the same transaction. */
  async function later(intentId: string, { tries }: CmpTransaction): Promise<void> {
    const due_at = laterBy(tries, clock());
    await db.transaction().execute(async (tx) => {
      await changeTransaction(tx, intentId, { busy_until: null, due_at });
      await resumeAt(tx, intentId, due_at);
    });
  }

  async function waits(
    intent: Intent,
    taken: CmpTransaction,
    { header }: CmpAnswer,
    { requestId: id, seconds }: { requestId: number; seconds: number },
  ): Promise<DeskError> {
    const due_at = new Date(clock().getTime() + seconds * 1000);
    await db.transaction().execute(async (tx) => {
      // Withdrawn meanwhile: it waits all the same, to reject what comes.
      const row = await lockTransaction(tx, intent.id);
      const state = row?.state === 'abandoned' ? 'abandoned' : 'waiting';
      const server_nonce = Buffer.from(header.senderNonce ?? new Uint8Array());
      await changeTransaction(tx, intent.id, {
        state,
        request_id: id,
        server_nonce,
        busy_until: null,
        due_at,
      });
      await resumeAt(tx, intent.id, due_at);
      if (taken.state !== 'waiting') await note(tx, 'intent.waits', intent, { seconds });
    });
    return new DeskError(seconds > shortSeconds ? 'issuing-waits' : 'issuing-not-yet', { seconds });
  }

  async function resumeAt(tx: Tx, intentId: string, at: Date): Promise<void> {
    await tx.updateTable('issuance_intent').set({ resume_at: at }).where('id', '=', intentId).execute();
    await enqueue(tx, finishJob, {}, { key: `finish:${intentId}`, runAt: at });
  }

  // ── what comes of it ──

  async function take(
    intent: Intent,
    answer: CmpAnswer,
    got: { certificate: Uint8Array; requestId: number },
    continuation: Continuation | undefined,
  ): Promise<IssuedRecord> {
    const profile = profileNamed(intent.profile);
    const now = clock();
    const certificate = granted(got.certificate, intent, profile, settings, oids, now);
    const held = {
      certificate: Buffer.from(got.certificate),
      request_id: got.requestId,
      server_nonce: Buffer.from(answer.header.senderNonce ?? new Uint8Array()),
      busy_until: null,
      due_at: now,
      tries: 0,
    };
    if (typeof certificate === 'string')
      return refuse(intent, { said: certificate }, continuation, { ...held, state: 'rejecting' });
    const implicit = settings.implicitConfirm && confirmsImplicitly(answer.header);
    const settled = await db.transaction().execute(async (tx) => {
      await continuation?.lock?.(tx);
      const locked = (await lockIntents(tx, [intent.id])).get(intent.id);
      const row = await lockTransaction(tx, intent.id);
      if (!open(locked)) {
        await surplus(tx, locked, row, held);
        return (locked && (await issuedFor(tx, [locked])).get(intent.id)) ?? new DeskError('case-state');
      }
      const [issued] = await settleIntents(
        tx,
        [
          {
            intent: locked,
            der: certificate.der,
            issuer,
            use: profile.keyUsage.includes('digitalSignature') ? 'signing' : 'encryption',
            serialNumber: certificate.serialNumber,
            notBefore: certificate.notBefore,
            notAfter: certificate.notAfter,
          },
        ],
        now,
      );
      if (!issued) throw new Error('an intent was settled without a certificate');
      // Outside a case there is no proof to wait for.
      const state = implicit ? 'closed' : locked.case_id === null ? 'confirming' : 'granted';
      await changeTransaction(tx, intent.id, { ...held, state, confirm_by: confirmBy(answer.header) });
      await continuation?.settle?.(tx, issued);
      return issued;
    });
    if (settled instanceof DeskError) throw settled;
    return settled;
  }

  /** The intent was withdrawn, or another node stored a certificate for it: one that nobody wants. */
  async function surplus(
    tx: Tx,
    intent: Intent | undefined,
    row: CmpTransaction | undefined,
    held: Partial<CmpTransaction> & { certificate: Buffer },
  ): Promise<void> {
    if (intent?.state === 'issued') {
      const { der } = (await issuedFor(tx, [intent])).get(intent.id) ?? {};
      if (der && Buffer.compare(der, held.certificate) === 0) return;
      await addRevocation(tx, { der: held.certificate, reason: 'superseded', rejected: false }, clock());
    } else if (row) await changeTransaction(tx, row.intent_id, { ...held, state: 'rejecting' });
    if (intent) await note(tx, 'certificate.surplus', intent, {});
    await enqueue(tx, tendAuthorityJob, {}, { key: tendAuthorityJob });
  }

  async function refuse(
    intent: Intent,
    why: Record<string, unknown>,
    continuation: Continuation | undefined,
    change: Partial<CmpTransaction> = { state: 'closed', busy_until: null },
  ): Promise<never> {
    const now = clock();
    await db.transaction().execute(async (tx) => {
      await continuation?.lock?.(tx);
      const locked = (await lockIntents(tx, [intent.id])).get(intent.id);
      const row = await lockTransaction(tx, intent.id);
      if (row && (open(locked) || row.state === 'abandoned')) await changeTransaction(tx, intent.id, change);
      if (change.state === 'rejecting') await enqueue(tx, tendAuthorityJob, {}, { key: tendAuthorityJob });
      if (!open(locked)) return;
      await withdrawIntent(tx, locked, now);
      await note(tx, 'intent.refused', locked, why);
      await continuation?.refuse?.(tx);
    });
    throw new DeskError('issuing-refused');
  }

  async function note(tx: Tx, action: string, intent: Intent, data: Record<string, unknown>): Promise<void> {
    const subject = `intent:${intent.id}`;
    await record(
      tx,
      { actor: 'authority', action, subject, data: { case: intent.case_id, ...data } },
      clock(),
    );
  }

  // ── confirming ──

  /** @returns why the certificate is lost, or undefined when the CA has taken the confirmation */
  async function sendConfirmation(taken: CmpTransaction): Promise<Record<string, unknown> | undefined> {
    const { certificate, request_id } = taken;
    if (!certificate || request_id === null) throw new Error('a confirmation of nothing is owed');
    const { body } = await exchange({
      transactionId: taken.transaction_id,
      recipientNonce: taken.server_nonce,
      body: {
        kind: 'certConf',
        confirmations: [{ id: request_id, certificateHash: confirmationHash(certificate) }],
      },
    });
    if (body.kind === 'pkiconf') return undefined;
    if (body.kind !== 'error') throw new NoAnswer(`a confirmation was answered by ${body.kind}`);
    throwIfPassing(body.status);
    // Its answer was lost, and it is confirmed.
    if (body.status.failures.includes('certConfirmed')) return undefined;
    return wordsOf(body.status);
  }

  /** In one transaction: what became of the certificate, and what its case makes of it. */
  async function endConfirmation(
    intentId: string,
    lost: Record<string, unknown> | undefined,
    confirmation: Confirmation | undefined,
  ): Promise<void> {
    const now = clock();
    await db.transaction().execute(async (tx) => {
      await confirmation?.lock?.(tx);
      const intent = (await lockIntents(tx, [intentId])).get(intentId);
      const row = await lockTransaction(tx, intentId);
      if (!intent || (row?.state !== 'granted' && row?.state !== 'confirming')) return;
      if (!lost) {
        await changeTransaction(tx, intentId, { state: 'closed', busy_until: null });
        await note(tx, 'certificate.confirmed', intent, {});
        await confirmation?.settle?.(tx, 'confirmed');
        return;
      }
      await changeTransaction(tx, intentId, { state: 'rejecting', busy_until: null, due_at: now, tries: 0 });
      await note(tx, 'certificate.lost', intent, lost);
      await enqueue(tx, tendAuthorityJob, {}, { key: tendAuthorityJob });
      if (confirmation?.settle) await confirmation.settle(tx, 'lost');
      else if (intent.certificate_id)
        await revokeUnlessRevoked(tx, intent.certificate_id, 'cessationOfOperation', now);
    });
  }

  return {
    intendAll,

    async intend(tx, request, now) {
      const [answer] = await intendAll(tx, [request], now);
      if (!answer || answer instanceof DeskError) throw answer;
      return { intentId: answer.intentId, serialNumber: null };
    },

    finish,

    async proved(tx, intentId, now) {
      const row = await lockTransaction(tx, intentId);
      if (row?.state === 'granted')
        await changeTransaction(tx, intentId, { state: 'confirming', due_at: now, tries: 0 });
      return row?.state !== 'granted' && row?.state !== 'confirming';
    },

    async confirm(intentId, confirmation) {
      const row = await readTransaction(db, intentId);
      if (row?.state !== 'granted' && row?.state !== 'confirming') return;
      // The CA has withdrawn it by then, or may have.
      if (row.confirm_by && row.confirm_by <= clock())
        return endConfirmation(intentId, { said: 'confirmed too late' }, confirmation);
      if (row.state === 'granted') return;
      const taken = await takeTransaction(db, intentId, ['confirming'], clock(), leaseMs);
      if (!taken) throw await notYet(intentId);
      let lost: Record<string, unknown> | undefined;
      try {
        lost = await sendConfirmation(taken);
      } catch (error) {
        await changeTransaction(db, intentId, { busy_until: null, due_at: laterBy(taken.tries, clock()) });
        throw unavailableIfNoAnswer(error);
      }
      return endConfirmation(intentId, lost, confirmation);
    },

    async unconfirmed(now, limit) {
      const rows = await db
        .selectFrom('cmp_transaction')
        .innerJoin('issuance_intent', 'issuance_intent.id', 'cmp_transaction.intent_id')
        .select(['intent_id', 'case_id'])
        .where((where) =>
          where.or([
            where.and([where('cmp_transaction.state', '=', 'confirming'), where('due_at', '<=', now)]),
            where.and([where('cmp_transaction.state', '=', 'granted'), where('confirm_by', '<=', now)]),
          ]),
        )
        .where((where) => where.or([where('busy_until', 'is', null), where('busy_until', '<=', now)]))
        .limit(limit)
        .execute();
      return rows.map(({ intent_id, case_id }) => ({ intentId: intent_id, caseId: case_id }));
    },

    async withdraw(tx, intentId, now) {
      const intent = (await lockIntents(tx, [intentId])).get(intentId);
      if (!intent || intent.state === 'withdrawn') return;
      const row = await lockTransaction(tx, intentId);
      if (intent.certificate_id) {
        await revokeUnlessRevoked(tx, intent.certificate_id, 'cessationOfOperation', now);
        if (row?.state === 'granted' || row?.state === 'confirming')
          await changeTransaction(tx, intentId, { state: 'rejecting', due_at: now, tries: 0 });
      } else {
        await withdrawIntent(tx, intent, now);
        const untouched = row?.state === 'open' && row.busy_until === null;
        if (row) await changeTransaction(tx, intentId, { state: untouched ? 'closed' : 'abandoned' });
      }
      await enqueue(tx, tendAuthorityJob, {}, { key: tendAuthorityJob });
    },

    tend: () => tendCmp({ db, exchange, issuer, clock, leaseMs, assumedId: assumedId() }),

    contentLike: (certificate, notAfter) => contentLike(certificate, notAfter, options.identityNumbers),
    chain: () => settings.chain.map(({ der }) => der),
    intermediates: () =>
      [...settings.chain.slice(0, -1), ...(options.intermediates ?? [])].map(({ der }) => der),
    roots: () => [root, ...(options.trustedRoots ?? [])].map(({ der }) => der),
    notAfter: () => ca.notAfter,
  };
}

function unavailableIfNoAnswer(error: unknown): unknown {
  return error instanceof NoAnswer ? new DeskError('authority-unavailable', {}, { cause: error }) : error;
}
