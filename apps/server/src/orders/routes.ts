import {
  ProgressRequest,
  RenewOrderRequest,
  SignedOrder,
  TakenOrder,
  TakeOrderRequest,
  type WriteStep,
} from '@certdesk/contract';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Clock } from '../platform/clock.ts';
import type { RateLimit } from '../platform/http/limits.ts';
import type { Db } from '../schema/database.ts';
import type { BearerOf } from './bearer.ts';
import type { OrderDesk, Work } from './orders.ts';

export interface OrderRoutesDeps {
  readonly db: Db;
  readonly clock: Clock;
  readonly orders: OrderDesk;
  readonly bearer: BearerOf;
  readonly limit: RateLimit;
  /** Keeps with the case how far the assistant is. */
  readonly progress: (work: Work, step: WriteStep) => Promise<void>;
}

/** What assistants do with any order, whatever it is for. They carry no cookie. */
export function orderRoutes(deps: OrderRoutesDeps): FastifyPluginAsyncZod {
  const { db, clock, orders, bearer, limit } = deps;
  return async (app) => {
    app.post(
      '/api/orders/take',
      {
        config: { limit },
        schema: {
          tags: ['orders'],
          summary: 'Takes an order up, once; the same attempt may ask again',
          body: TakeOrderRequest,
          response: { 200: TakenOrder },
        },
      },
      async ({ body }) =>
        db.transaction().execute(async (tx) => {
          const { token, caseId } = await orders.take(tx, body.order, body.attempt, clock());
          const { state } = await tx
            .selectFrom('desk_case')
            .select('state')
            .where('id', '=', caseId)
            .executeTakeFirstOrThrow();
          return { token, state: TakenOrder.shape.state.parse(state) };
        }),
    );

    app.post(
      '/api/orders/renew',
      {
        config: { limit },
        schema: {
          tags: ['orders'],
          summary: 'Keeps an order that waits for its clerk fresh',
          body: RenewOrderRequest,
          response: { 200: SignedOrder },
        },
      },
      async ({ body }) => db.transaction().execute((tx) => orders.renew(tx, body.order, clock())),
    );

    app.post(
      '/api/orders/progress',
      {
        schema: {
          tags: ['orders'],
          summary: 'Says how far the assistant is; shown on the page, decides nothing',
          body: ProgressRequest,
          response: { 204: z.null() },
        },
      },
      async (request, reply) => {
        await deps.progress(await bearer(request), request.body.step);
        return reply.code(204).send(null);
      },
    );
  };
}
