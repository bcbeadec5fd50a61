/** Confirming certificates to the CA, once holders' keys have proved them; and finding out which are lost. */
import { confirmationHash } from '@certdesk/pki';
import { enqueue } from '../../platform/jobs.ts';
import type { Authority, Confirmation } from '../authority.ts';
import { revokeUnlessRevoked } from '../certificates.ts';
import { lockIntents } from '../intents.ts';
import { throwIfPassing, wordsOf } from './answers.ts';
import { type CmpContext, tendAuthorityJob, unavailableIfNoAnswer } from './context.ts';
import { NoAnswer } from './exchange.ts';
import {
  type CmpTransaction,
  changeTransaction,
  laterBy,
  lockTransaction,
  readTransaction,
  takeTransaction,
} from './transactions.ts';

export function confirmation(context: CmpContext): Pick<Authority, 'proved' | 'confirm' | 'unconfirmed'> {
  const { db, clock, exchange, leaseMs, notYet, note } = context;

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
  };
}
