/**
 * The writing, as the assistant drives it with an order's token: a request becomes a certificate, the certificate is
 * proved, the old one leaves the key. Every call may be repeated, because every answer may be lost.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Work } from '../../orders/bearer.ts';
import { DeskError } from '../../platform/error.ts';
import type { Renewal, RenewalData } from './data.ts';
import { renewalIntents } from './intents.ts';
import { renewalProof } from './proof.ts';
import type { RenewalDeps } from './renewal.ts';
import { renewalRequests } from './request.ts';
import { actorOf } from './work.ts';

export function renewalWriter(deps: RenewalDeps) {
  const { db, engine } = deps;
  const intents = renewalIntents(deps);

  return {
    finishIntent: intents.finish,
    confirmIntent: intents.confirm,
    request: renewalRequests(deps, intents),
    ...renewalProof(deps, intents),

    /** The old container has left the key, and so have these of the order's leftovers. */
    async finish(work: Work, gone: readonly number[]): Promise<Renewal['state']> {
      return db.transaction().execute(async (tx) => {
        const renewal = await engine.lock(tx, work.caseId);
        const { order } = work;
        if (order.purpose === 'sign-in') throw new DeskError('order-unknown');
        if (renewal.open && !['proved', 'done'].includes(renewal.state)) throw new DeskError('case-state');
        const left = gone.map((at) => order.leftovers[at]);
        const written = order.purpose === 'renewal' || order.certificates.length > 0;
        const rows = await tx
          .selectFrom('desk_case')
          .select(['id', 'data'])
          .where('line_id', '=', renewal.lineId)
          .where('journey', '=', 'renewal')
          .forUpdate()
          .execute();
        for (const row of rows) {
          const before = row.data as unknown as RenewalData;
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
        if (renewal.state !== 'proved') {
          if (!renewal.open) await deps.orders.closeForCase(tx, renewal.id, deps.clock());
          return renewal.state;
        }
        const done = await engine.move(tx, renewal, 'tidied', { actor: actorOf(work), now: deps.clock() });
        return done.state;
      });
    },
  };
}

export type RenewalWriter = ReturnType<typeof renewalWriter>;
