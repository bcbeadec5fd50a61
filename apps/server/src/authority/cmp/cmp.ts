/**
 * Another CA, asked over CMP. What is stored decides, never what a node remembers: the intent and its transaction are
 * committed before the CA is asked, one node at a time talks to it about an intent, and an answer that was lost is asked
 * for in the same transaction again.
 */
import { DeskError } from '../../platform/error.ts';
import { enqueue } from '../../platform/jobs.ts';
import type { Tx } from '../../schema/database.ts';
import type { IntentRequest } from '../authority.ts';
import { revokeUnlessRevoked } from '../certificates.ts';
import { completeContent } from '../complete-content.ts';
import { contentLike } from '../content.ts';
import type { BulkAuthority } from '../embedded/embedded.ts';
import { intendEach } from '../intend-each.ts';
import {
  type CompleteRequest,
  type Intended,
  lockIntents,
  withdrawIntent,
  writeIntents,
} from '../intents.ts';
import { confirmation } from './confirm.ts';
import { type CmpOptions, cmpContext, tendAuthorityJob } from './context.ts';
import { enrolment } from './enrol.ts';
import { tendCmp } from './tend.ts';
import { changeTransaction, lockTransaction, writeTransactions } from './transactions.ts';

/** How intents name it. */
const issuingCa = 'cmp';

export function cmpAuthority(options: CmpOptions): BulkAuthority {
  const context = cmpContext(options);
  const { settings, ca, root, profileNamed } = context;

  function complete(request: IntentRequest, now: Date): CompleteRequest {
    const profile = profileNamed(request.profile);
    const content = completeContent(profile, ca, request.publicKey, request.content, now);
    return { ...request, content, issuingCa, foreign: true };
  }

  async function intendAll(
    tx: Tx,
    requests: readonly IntentRequest[],
    now: Date,
  ): Promise<(Intended | DeskError)[]> {
    return intendEach(
      requests,
      (request) => complete(request, now),
      async (admitted) => {
        const written = await writeIntents(tx, admitted, now);
        const fresh = written.flatMap((each) =>
          each instanceof DeskError || !each.fresh ? [] : [each.intentId],
        );
        await writeTransactions(tx, fresh, now);
        return written;
      },
    );
  }

  return {
    intendAll,

    async intend(tx, request, now) {
      const [answer] = await intendAll(tx, [request], now);
      if (!answer || answer instanceof DeskError) throw answer;
      return { intentId: answer.intentId, serialNumber: null };
    },

    finish: enrolment(context),

    ...confirmation(context),

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

    tend: () => tendCmp(context),

    contentLike: (certificate, notAfter) => contentLike(certificate, notAfter, options.identityNumbers),
    chain: () => settings.chain.map(({ der }) => der),
    intermediates: () =>
      [...settings.chain.slice(0, -1), ...(options.intermediates ?? [])].map(({ der }) => der),
    roots: () => [root, ...(options.trustedRoots ?? [])].map(({ der }) => der),
    notAfter: () => ca.notAfter,
  };
}
