/**
 * Orders to assistants. An order is written down before it is given out, is taken up once, and is worth nothing after
 * that: the token that taking it up gives is good for this order alone. The server's clock alone judges age.
 */
import { createHash } from 'node:crypto';
import { Order, type SignedOrder } from '@certdesk/contract';
import type { Selectable } from 'kysely';
import { record } from '../audit/record.ts';
import { DeskError } from '../platform/error.ts';
import { randomId, randomNonce } from '../platform/random.ts';
import type { Db, Tx } from '../schema/database.ts';
import type { KeyOrderTable } from '../schema/tables.ts';
import type { OrderSigner } from './signer.ts';

export interface OrderSettings {
  /** Origin of the holders' pages, which is also where assistants reach the server. */
  readonly publicOrigin: string;
  readonly deskName: string;
  /** An order is taken up, or renewed, within so many seconds. */
  readonly orderSeconds: number;
  /** A waiting window may renew its order for so long in all. */
  readonly orderWaitMinutes: number;
  /** A token that is not used for so long is worth nothing. */
  readonly orderIdleMinutes: number;
}

/** What is the same in every order; `giveOrder` fills it in. */
type Common = 'id' | 'origin' | 'server' | 'desk' | 'nonce' | 'issuedAt';
type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;
export type OrderContent = DistributiveOmit<Order, Common>;

/** What an order's token is good for: this order, of this case. */
export interface Work {
  readonly order: Order;
  readonly caseId: string;
  /** The case's. */
  readonly journey: string;
}

/** SHA-256 in lower-case hex: how cookies and tokens are stored. */
export function secretDigest(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/** A sign-in order is a challenge that anybody may ask for; what comes of it is recorded by the sign-in. */
async function recordOrder(tx: Tx, what: 'given' | 'taken', order: Order, now: Date): Promise<void> {
  if (order.purpose === 'sign-in') return;
  const entry = {
    actor: what === 'given' ? 'desk' : `assistant:${order.id}`,
    action: `order.${what}`,
    subject: `case:${order.case.number}`,
    data: { order: order.id, purpose: order.purpose },
  };
  await record(tx, entry, now);
}

export function orderDesk(signer: OrderSigner, settings: OrderSettings) {
  function read(signed: SignedOrder): Order {
    if (!signer.verify(signed)) throw new DeskError('order-forged');
    // Signed by this desk, so it is JSON of ours; an older version's shape may still have passed away.
    const parsed = Order.safeParse(JSON.parse(Buffer.from(signed.payload, 'base64').toString()));
    if (!parsed.success) throw new DeskError('order-unknown');
    return parsed.data;
  }

  async function lockOpen(tx: Tx, id: string): Promise<Selectable<KeyOrderTable>> {
    const row = await tx
      .selectFrom('key_order')
      .selectAll()
      .where('id', '=', id)
      .forUpdate()
      .executeTakeFirst();
    if (!row || row.closed_at) throw new DeskError('order-unknown');
    return row;
  }

  const secondsSince = (then: Date, now: Date) => (now.getTime() - then.getTime()) / 1000;

  return {
    /** Writes an order down and signs it. `browser` is the cookie of the browser that asked. */
    async give(
      tx: Tx,
      content: OrderContent,
      context: { browser: string; caseId: string | null; now: Date },
    ): Promise<SignedOrder> {
      const { now } = context;
      const order = {
        ...content,
        id: randomId(),
        origin: settings.publicOrigin,
        server: settings.publicOrigin,
        desk: settings.deskName,
        nonce: randomNonce(),
        issuedAt: now.toISOString(),
      } as Order;
      const signed = signer.sign(order);
      await tx
        .insertInto('key_order')
        .values({
          id: order.id,
          purpose: order.purpose,
          nonce: order.nonce,
          payload: Buffer.from(signed.payload, 'base64'),
          browser_digest: secretDigest(context.browser),
          case_id: context.caseId,
          created_at: now,
          renewed_at: now,
          first_asked_at: now,
          taken_at: null,
          attempt: null,
          token_digest: null,
          token_used_at: null,
          closed_at: null,
        })
        .execute();
      await recordOrder(tx, 'given', order, now);
      return signed;
    },

    /**
     * Gives a waiting window the same order with a new nonce and a new time. The one before is worth nothing then, but
     * may be renewed once more, because the answer may have been lost.
     */
    async renew(tx: Tx, signed: SignedOrder, now: Date): Promise<SignedOrder> {
      const order = read(signed);
      const row = await lockOpen(tx, order.id);
      if (row.taken_at) throw new DeskError('order-used');
      const late =
        secondsSince(row.renewed_at, now) > settings.orderSeconds ||
        secondsSince(row.first_asked_at, now) > settings.orderWaitMinutes * 60;
      if (late) throw new DeskError('order-stale');
      const renewed = { ...order, nonce: randomNonce(), issuedAt: now.toISOString() };
      const again = signer.sign(renewed);
      await tx
        .updateTable('key_order')
        .set({ nonce: renewed.nonce, renewed_at: now, payload: Buffer.from(again.payload, 'base64') })
        .where('id', '=', row.id)
        .execute();
      return again;
    },

    /**
     * Takes an order of a case up, once. The same attempt may ask again when the answer was lost. Orders of the same
     * case that others took up are closed: one at a time writes.
     */
    async take(
      tx: Tx,
      signed: SignedOrder,
      attempt: string,
      now: Date,
    ): Promise<{ token: string; order: Order; caseId: string }> {
      const order = read(signed);
      const row = await lockOpen(tx, order.id);
      if (row.nonce !== order.nonce || row.case_id === null) throw new DeskError('order-unknown');
      if (row.taken_at && row.attempt !== attempt) throw new DeskError('order-used');
      if (!row.taken_at && secondsSince(row.renewed_at, now) > settings.orderSeconds)
        throw new DeskError('order-stale');
      const token = randomNonce();
      await tx
        .updateTable('key_order')
        .set({ closed_at: now })
        .where('case_id', '=', row.case_id)
        .where('id', '!=', row.id)
        .where('taken_at', 'is not', null)
        .where('closed_at', 'is', null)
        .execute();
      await tx
        .updateTable('key_order')
        .set({ taken_at: now, attempt, token_digest: secretDigest(token), token_used_at: now })
        .where('id', '=', row.id)
        .execute();
      if (!row.taken_at) await recordOrder(tx, 'taken', order, now);
      return { token, order, caseId: row.case_id };
    },

    /** Whose token this is. `order-token` if it is nobody's any more. */
    async authorise(db: Db | Tx, token: string, now: Date): Promise<Work> {
      const row = await db
        .selectFrom('key_order')
        .innerJoin('desk_case', 'desk_case.id', 'key_order.case_id')
        .select([
          'key_order.id',
          'payload',
          'token_used_at',
          'closed_at',
          'desk_case.id as case_id',
          'journey',
        ])
        .where('token_digest', '=', secretDigest(token))
        .executeTakeFirst();
      if (!row?.token_used_at || row.closed_at) throw new DeskError('order-token');
      const idle = secondsSince(row.token_used_at, now);
      if (idle > settings.orderIdleMinutes * 60) throw new DeskError('order-token');
      // Once a minute is enough to know that it is in use.
      if (idle > 60)
        await db.updateTable('key_order').set({ token_used_at: now }).where('id', '=', row.id).execute();
      const order = Order.parse(JSON.parse(row.payload.toString()));
      return { order, caseId: row.case_id, journey: row.journey };
    },

    /**
     * Checks that a sign-in order was given to this browser and is in time, and uses it up.
     * `challenge-unknown`, `challenge-browser`, `challenge-late`.
     */
    async useForSignIn(
      tx: Tx,
      expected: { id: string; nonce: string; browser: string; now: Date },
    ): Promise<void> {
      const row = await tx
        .selectFrom('key_order')
        .selectAll()
        .where('id', '=', expected.id)
        .where('purpose', '=', 'sign-in')
        .forUpdate()
        .executeTakeFirst();
      if (!row || row.taken_at || row.closed_at || row.nonce !== expected.nonce)
        throw new DeskError('challenge-unknown');
      if (row.browser_digest !== secretDigest(expected.browser)) throw new DeskError('challenge-browser');
      if (secondsSince(row.renewed_at, expected.now) > settings.orderSeconds)
        throw new DeskError('challenge-late');
      await tx
        .updateTable('key_order')
        .set({ taken_at: expected.now, closed_at: expected.now })
        .where('id', '=', row.id)
        .execute();
    },

    /** All orders given out for a case are worth nothing any more. */
    async closeForCase(tx: Tx, caseId: string, now: Date): Promise<void> {
      await tx
        .updateTable('key_order')
        .set({ closed_at: now })
        .where('case_id', '=', caseId)
        .where('closed_at', 'is', null)
        .execute();
    },
  };
}

export type OrderDesk = ReturnType<typeof orderDesk>;

/** Sign-in challenges are worth nothing after minutes; a case's orders stay as long as its case. For a job. */
export async function sweepOrders(db: Db, now: Date): Promise<void> {
  const dayAgo = new Date(now.getTime() - 86_400_000);
  await db.deleteFrom('key_order').where('case_id', 'is', null).where('created_at', '<', dayAgo).execute();
}
