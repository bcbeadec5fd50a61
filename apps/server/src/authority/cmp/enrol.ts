/** Asking the CA for the certificate of an intent, and what comes of it. */
import { Certificate, type CmpStatusInfo, confirmsImplicitly } from '@certdesk/pki';
import { DeskError } from '../../platform/error.ts';
import { enqueue } from '../../platform/jobs.ts';
import type { Tx } from '../../schema/database.ts';
import type { Continuation, IssuedRecord } from '../authority.ts';
import { findInForce } from '../certificates.ts';
import {
  type Intent,
  issuedFor,
  lockIntents,
  readIntents,
  settleIntents,
  withdrawIntent,
} from '../intents.ts';
import { confirmBy, type Enrolment, enrolmentIn, wordsOf } from './answers.ts';
import { type CmpContext, isOpen, tendAuthorityJob, unavailableIfNoAnswer } from './context.ts';
import type { CmpAnswer } from './exchange.ts';
import { granted } from './granted.ts';
import { referenceTo, requestFor, requestId } from './request.ts';
import { addRevocation } from './tend.ts';
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

/** The job that goes on with open intents. */
const finishJob = 'finish-open-intents';

/** A CA that knows nothing of a transaction that it was asked for is asked anew so often. */
const attemptsAllowed = 3;

/** @returns the port's `finish` */
export function enrolment(context: CmpContext) {
  const { db, settings, clock, ca, issuer, exchange, leaseMs, oids, assumedId } = context;
  const { profileNamed, notBefore, notYet, note } = context;

  /** Sends the request, or polls; what was stored is a step further before anything is sent. */
  async function ask(
    intent: Intent,
    taken: CmpTransaction,
  ): Promise<{ answer: CmpAnswer; enrolment: Enrolment }> {
    const polls = taken.state === 'waiting';
    const shared = { transactionId: taken.transaction_id, recipientNonce: taken.server_nonce };
    if (polls) {
      const id = taken.request_id ?? assumedId;
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

  /** What a key update replaces, if this CA issued it. */
  async function oldCertificate(intent: Intent) {
    if (settings.request !== 'kur' || !intent.line_id) return undefined;
    const row = await findInForce(db, intent.line_id);
    const certificate = row && Certificate.parse(row.der);
    return certificate?.issuer.equals(ca.subject) ? referenceTo(certificate) : undefined;
  }

  const takeOpen = (intentId: string) =>
    takeTransaction(db, intentId, ['open', 'asked', 'waiting'], clock(), leaseMs);

  /** An intent that was written while another authority stood behind the port has no transaction yet. */
  async function adopt(intentId: string): Promise<CmpTransaction | undefined> {
    if (await readTransaction(db, intentId)) return undefined;
    await writeTransactions(db, [intentId], clock());
    return takeOpen(intentId);
  }

  async function finishOpen(intent: Intent, continuation: Continuation | undefined): Promise<IssuedRecord> {
    const taken = (await takeOpen(intent.id)) ?? (await adopt(intent.id));
    if (!taken) throw await notYet(intent.id);
    let answered: Awaited<ReturnType<typeof ask>>;
    try {
      answered = await ask(intent, taken);
    } catch (error) {
      await later(intent.id, taken);
      throw unavailableIfNoAnswer(error);
    }
    const { enrolment: said, answer } = answered;
    switch (said.kind) {
      case 'waiting':
        throw await waits(intent, taken, answer, said);
      case 'granted':
        return take(intent, answer, said, continuation);
      case 'refused':
      case 'error': {
        const next = said.kind === 'error' && whatElse(taken, said.status);
        if (!next) return refuse(intent, wordsOf(said.status), continuation);
        await db.transaction().execute(async (tx) => {
          const change = { ...next, busy_until: null, due_at: clock() };
          if (await moveTransaction(tx, intent.id, ['asked', 'waiting'], change))
            await note(tx, 'intent.asked-again', intent, { ...wordsOf(said.status), how: next.state });
        });
        return finish(intent.id, continuation);
      }
    }
  }

  async function finish(intentId: string, continuation?: Continuation): Promise<IssuedRecord> {
    const intent = (await readIntents(db, [intentId])).get(intentId);
    if (isOpen(intent)) return finishOpen(intent, continuation);
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
      return { state: 'waiting', request_id: assumedId, server_nonce: null };
    // It knew the transaction, or a duplicate of it, and cannot be polled for it: a transaction of its own then.
    if (taken.state === 'waiting' && taken.server_nonce === null && taken.attempt < attemptsAllowed)
      return { state: 'open', transaction_id: Buffer.from(newTransactionId()), attempt: taken.attempt + 1 };
    return undefined;
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
    return notBefore(seconds);
  }

  async function resumeAt(tx: Tx, intentId: string, at: Date): Promise<void> {
    await tx.updateTable('issuance_intent').set({ resume_at: at }).where('id', '=', intentId).execute();
    await enqueue(tx, finishJob, {}, { key: `finish:${intentId}`, runAt: at });
  }

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
      if (!isOpen(locked)) {
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
      if (row && (isOpen(locked) || row.state === 'abandoned'))
        await changeTransaction(tx, intent.id, change);
      if (change.state === 'rejecting') await enqueue(tx, tendAuthorityJob, {}, { key: tendAuthorityJob });
      if (!isOpen(locked)) return;
      await withdrawIntent(tx, locked, now);
      await note(tx, 'intent.refused', locked, why);
      await continuation?.refuse?.(tx);
    });
    throw new DeskError('issuing-refused');
  }

  return finish;
}
