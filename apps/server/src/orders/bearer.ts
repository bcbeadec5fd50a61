import type { FastifyRequest } from 'fastify';
import type { Clock } from '../platform/clock.ts';
import { DeskError } from '../platform/error.ts';
import type { Limiter, RateLimit } from '../platform/http/limits.ts';
import type { Db } from '../schema/database.ts';
import type { OrderDesk, Work } from './orders.ts';

/** Reads whose work a request belongs to. @throws DeskError `order-token`, `too-many-requests` */
export type BearerOf = (request: FastifyRequest) => Promise<Work>;

/** RFC 6750 §2.1: the token of a taken order in the Authorization header. */
export function bearerOf(deps: {
  readonly db: Db;
  readonly clock: Clock;
  readonly orders: OrderDesk;
  readonly limiter: Limiter;
  readonly limit: RateLimit;
}): BearerOf {
  return async ({ headers }) => {
    const [, token] = /^Bearer ([A-Za-z0-9_-]{1,128})$/.exec(headers.authorization ?? '') ?? [];
    if (!token) throw new DeskError('order-token');
    const work = await deps.orders.authorise(deps.db, token, deps.clock());
    await deps.limiter(`order ${work.order.id}`, deps.limit);
    return work;
  };
}
