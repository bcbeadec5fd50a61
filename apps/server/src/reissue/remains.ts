/** What ended cases of a line left on its key, and the orders that see to it. */
import type { Leftover, SignedOrder } from '@certdesk/contract';
import type { Holder } from '../access/session.ts';
import type { OrderDesk } from '../orders/orders.ts';
import { DeskError } from '../platform/error.ts';
import type { Db, Tx } from '../schema/database.ts';
import type { Reissue, ReissueData } from './data.ts';
import { encryptionInForce } from './twins.ts';

export interface Remains {
  readonly leftovers: Leftover[];
  /** Former pairs whose containers stayed on the key, the newest first. */
  readonly kept: NonNullable<ReissueData['kept']>[];
  /** The certificates in force were not written to the pair that has them. */
  readonly unwritten: boolean;
}

/** As many leftovers as one order names. */
const atMost = 8;

export async function remainsOf(tx: Db | Tx, lineId: string): Promise<Remains> {
  const rows = await tx
    .selectFrom('desk_case')
    .select('data')
    .where('line_id', '=', lineId)
    .where('changes_certificate', '=', true)
    .where('open', '=', false)
    .orderBy('created_at', 'desc')
    .limit(50)
    .execute();
  const all = rows.map(({ data }) => data as unknown as ReissueData);
  return {
    leftovers: all.flatMap(({ leftovers }) => leftovers).slice(0, atMost),
    kept: all.flatMap(({ kept }) => kept ?? []),
    unwritten: all.some(({ unwritten }) => unwritten),
  };
}

/** What an order for a new pair says of twins, and what leaves the key beside the old container. */
export async function twinOrder(tx: Tx, reissue: Reissue, { leftovers, kept }: Remains) {
  const { twin, kept: own, oldKey, newKey } = reissue.data;
  if (!twin) return { twin: null, leftovers };
  const proved = reissue.state === 'proved';
  const hasOld = reissue.lineId !== null && (await encryptionInForce(tx, reissue.lineId)) !== undefined;
  const keepOld = proved ? own !== null : hasOld && twin.keep > 0 && newKey !== oldKey;
  const stay = twin.keep - (keepOld ? 1 : 0);
  // One that stayed and whose encryption key nobody else has does not leave any more.
  const leave = kept
    .slice(stay)
    .filter(({ inHistory }) => inHistory)
    .map(({ key }) => ({ key }));
  const may = kept.slice(0, stay).filter(({ inHistory }) => inHistory);
  const expendable = may.map(({ key }) => ({ key })).reverse();
  return { twin: { keepOld, expendable }, leftovers: [...leftovers, ...leave].slice(0, atMost) };
}

/**
 * An order for a case that has ended: removes what such cases left on the key, and writes what they could not write.
 * @throws DeskError `case-state` when there is nothing to do
 */
export async function giveTidyOrder(
  tx: Tx,
  orders: OrderDesk,
  { id, number }: Reissue,
  holder: Holder,
  context: { readonly browser: string; readonly caseId: string; readonly now: Date },
): Promise<SignedOrder> {
  const { leftovers, unwritten } = await remainsOf(tx, holder.lineId);
  if (leftovers.length === 0 && !unwritten) throw new DeskError('case-state');
  const certificates = unwritten ? await certificatesInForce(tx, holder.lineId) : [];
  const present = await tx
    .selectFrom('certificate')
    .select(['public_key_digest', 'digest'])
    .where('id', '=', holder.certificateId)
    .executeTakeFirstOrThrow();
  const key = { key: present.public_key_digest, certificate: present.digest };
  return orders.give(tx, { purpose: 'tidy', case: { id, number }, ...key, leftovers, certificates }, context);
}

/** The line's certificates in force, signing first: what its key should carry. */
async function certificatesInForce(tx: Tx, lineId: string): Promise<string[]> {
  const rows = await tx
    .selectFrom('certificate')
    .select('der')
    .where('line_id', '=', lineId)
    .where('state', '=', 'in-force')
    .orderBy('use', 'desc')
    .limit(2)
    .execute();
  return rows.map(({ der }) => der.toString('base64'));
}
