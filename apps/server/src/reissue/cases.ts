/** What the holder's side of every journey that reissues does alike with its cases. */
import type { SignedOrder, WriteStep } from '@certdesk/contract';
import { Certificate } from '@certdesk/pki';
import { holderActor as actorOf, type Holder } from '../access/session.ts';
import { DeskError } from '../platform/error.ts';
import type { Db, Tx } from '../schema/database.ts';
import type { Reissue } from './data.ts';
import type { ReissueDeps } from './deps.ts';
import { keyKindOf, type ReissueKinds, reissueKind } from './kinds.ts';
import { giveTidyOrder, type Remains, remainsOf } from './remains.ts';

export const certificateRow = (tx: Db | Tx, id: string) =>
  tx.selectFrom('certificate').selectAll().where('id', '=', id).executeTakeFirstOrThrow();

/** The open case that changes this line's certificate, if there is one. */
export async function openCaseOf(tx: Db | Tx, lineId: string) {
  return tx
    .selectFrom('desk_case')
    .select(['id', 'number'])
    .where('line_id', '=', lineId)
    .where('open', '=', true)
    .where('changes_certificate', '=', true)
    .executeTakeFirst();
}

/** What a certificate is reissued to, if it can be here, and the kind of its key as people call it. */
export function kindOf(kinds: ReissueKinds, row: { profile: string; der: Uint8Array }) {
  const algorithm = keyKindOf(Certificate.parse(row.der));
  return { algorithm, kind: reissueKind(kinds, { profile: row.profile, algorithm }) };
}

/** Written to, or to be gone on with at the key. */
const writable: readonly Reissue['state'][] = ['ordered', 'issuing', 'issued', 'proved'];

export function reissueCases(deps: ReissueDeps) {
  const { db, engine } = deps;

  /** Locks a case of this holder's line. Somebody else's case is simply not there. */
  async function lockOwn(tx: Tx, id: string, holder: Holder): Promise<Reissue> {
    const reissue = await engine.lock(tx, id);
    if (reissue.lineId !== holder.lineId) throw new DeskError('case-not-found');
    return reissue;
  }

  return {
    lockOwn,

    async progress(id: string, step: WriteStep): Promise<void> {
      await engine.keep(db, id, { progress: { step, at: deps.clock().toISOString() } });
    },

    async runOut(id: string): Promise<void> {
      const now = deps.clock();
      await db.transaction().execute(async (tx) => {
        const reissue = await engine.lock(tx, id);
        // Continued since the job looked.
        if (!reissue.open || !reissue.endsAt || reissue.endsAt > now) return;
        await engine.move(tx, reissue, 'ran-out', { actor: 'clock', now });
      });
    },

    async certificateRevoked(id: string, certificateId: string): Promise<void> {
      await db.transaction().execute(async (tx) => {
        const reissue = await engine.lock(tx, id);
        // Once it is proved the case lives by its new certificate alone.
        const livesBy = [
          reissue.data.newCertificateId,
          ...(reissue.state === 'proved' ? [] : [reissue.certificateId]),
        ];
        if (!reissue.open || !livesBy.includes(certificateId)) return;
        await engine.move(tx, reissue, 'certificate-revoked', { actor: 'authority', now: deps.clock() });
      });
    },

    /**
     * An order to the assistant: to write, or, for a case that has ended, to remove what it left on the key.
     * @param write gives the journey's own order, in the transaction; the key may hold the case's container from then on
     */
    async giveOrder(
      holder: Holder,
      id: string,
      browser: string,
      write: (tx: Tx, reissue: Reissue, remains: Remains, context: OrderContext) => Promise<SignedOrder>,
    ): Promise<SignedOrder> {
      const context = { browser, caseId: id, now: deps.clock() };
      return db.transaction().execute(async (tx) => {
        const reissue = await lockOwn(tx, id, holder);
        if (!reissue.open) return giveTidyOrder(tx, deps.orders, reissue, holder, context);
        if (!writable.includes(reissue.state)) throw new DeskError('case-state');
        if (!reissue.data.orderGiven) await engine.keep(tx, id, { orderGiven: true });
        return write(tx, reissue, await remainsOf(tx, holder.lineId), context);
      });
    },

    /** Ends the case and undoes what it made; `case-cannot-cancel` once the new certificate is proved. */
    async cancel(holder: Holder, id: string): Promise<void> {
      const now = deps.clock();
      await db.transaction().execute(async (tx) => {
        const reissue = await lockOwn(tx, id, holder);
        if (reissue.state === 'cancelled') return;
        if (reissue.state === 'proved' || reissue.state === 'done') throw new DeskError('case-cannot-cancel');
        await engine.move(tx, reissue, 'cancelled', { actor: actorOf(holder), now });
      });
    },
  };
}

interface OrderContext {
  readonly browser: string;
  readonly caseId: string;
  readonly now: Date;
}
