/**
 * The writing, as the assistant drives it with an order's token: a request becomes a certificate, the certificate is
 * proved, the old one leaves the key. Every call may be repeated, because every answer may be lost.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Work } from '../orders/orders.ts';
import { DeskError } from '../platform/error.ts';
import type { Reissue, ReissueData } from './data.ts';
import type { ReissueDeps } from './deps.ts';
import { reissueIntents } from './intents.ts';
import { reissueProof } from './proof.ts';
import { reissueRequests } from './request.ts';
import { actorOf } from './work.ts';

export function reissueWriter(deps: ReissueDeps) {
  const { db, engine } = deps;
  const intents = reissueIntents(deps);

  return {
    finishIntent: intents.finish,
    confirmIntent: intents.confirm,
    request: reissueRequests(deps, intents),
    ...reissueProof(deps, intents),

    /** The old container has left the key, and so have these of the order's leftovers. */
    async finish(work: Work, gone: readonly number[]): Promise<Reissue['state']> {
      return db.transaction().execute(async (tx) => {
        const reissue = await engine.lock(tx, work.caseId);
        const { order } = work;
        if (order.purpose === 'sign-in') throw new DeskError('order-unknown');
        if (reissue.open && !['proved', 'done'].includes(reissue.state)) throw new DeskError('case-state');
        const left = gone.map((at) => order.leftovers[at]);
        const written = order.purpose !== 'tidy' || order.certificates.length > 0;
        const rows = await tx
          .selectFrom('desk_case')
          .select(['id', 'data'])
          .where('line_id', '=', reissue.lineId)
          .where('changes_certificate', '=', true)
          .forUpdate()
          .execute();
        for (const row of rows) {
          const before = row.data as unknown as ReissueData;
          const leftovers = before.leftovers.filter(
            (one) => !left.some((other) => isDeepStrictEqual(one, other)),
          );
          const { key } = before.kept ?? {};
          const kept = left.some((one) => key && isDeepStrictEqual(one, { key })) ? null : before.kept;
          const unwritten = before.unwritten && !written;
          const changed = leftovers.length < before.leftovers.length || kept !== before.kept;
          if (changed || unwritten !== before.unwritten)
            await engine.keep(tx, row.id, { leftovers, kept, unwritten });
        }
        if (reissue.state !== 'proved') {
          if (!reissue.open) await deps.orders.closeForCase(tx, reissue.id, deps.clock());
          return reissue.state;
        }
        const done = await engine.move(tx, reissue, 'tidied', { actor: actorOf(work), now: deps.clock() });
        return done.state;
      });
    },
  };
}

export type ReissueWriter = ReturnType<typeof reissueWriter>;
