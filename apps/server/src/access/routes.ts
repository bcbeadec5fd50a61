import { ServedQuestion, ServedReply, Session, SignedOrder, SignInRequest } from '@certdesk/contract';
import type { IdentityNumberOid } from '@certdesk/pki';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { record } from '../audit/record.ts';
import type { OrderDesk } from '../orders/orders.ts';
import type { Clock } from '../platform/clock.ts';
import type { RateLimit } from '../platform/http/limits.ts';
import type { Db } from '../schema/database.ts';
import type { Gate } from './gate.ts';
import { divisionsAlone, type ServedRule, servedByCode } from './served.ts';
import { closeSession, type Holder, holderActor, sessionView } from './session.ts';
import type { SignIn } from './sign-in.ts';

export interface AccessDeps {
  readonly db: Db;
  readonly clock: Clock;
  readonly gate: Gate;
  readonly orders: OrderDesk;
  readonly signIn: SignIn;
  readonly limit: RateLimit;
  readonly served: ServedRule;
  readonly identityNumberOids: readonly IdentityNumberOid[] | undefined;
}

/** Who is served, signing in and out. */
export function accessRoutes(deps: AccessDeps): FastifyPluginAsyncZod {
  const { db, clock, gate, orders, signIn, limit, served } = deps;
  const signInOrder = { purpose: 'sign-in', served: divisionsAlone(served) } as const;
  const view = (holder: Holder) => sessionView(db, holder, clock(), deps.identityNumberOids);
  return async (app) => {
    app.post(
      '/api/sign-in/orders',
      {
        config: { limit },
        schema: {
          tags: ['access'],
          summary: 'A sign-in order: the challenge that the key signs, for this browser and the next minutes',
          body: z.strictObject({}),
          response: { 200: SignedOrder },
        },
      },
      async (request, reply) => {
        gate.open();
        const browser = gate.browser(request, reply);
        const context = { browser, caseId: null, now: clock() };
        return db.transaction().execute((tx) => orders.give(tx, signInOrder, context));
      },
    );

    app.post(
      '/api/served',
      {
        config: { limit },
        schema: {
          tags: ['access'],
          summary:
            'Whether an entity is served here, as far as its code says; asks no register, and nothing is kept of it',
          body: ServedQuestion,
          response: { 200: ServedReply },
        },
      },
      async ({ body }) => ({ served: servedByCode(served, body.code) }),
    );

    app.post(
      '/api/sign-in',
      {
        config: { limit },
        schema: {
          tags: ['access'],
          summary: 'Signs in with what the key signed',
          body: SignInRequest,
          response: { 200: Session },
        },
      },
      async (request, reply) => {
        gate.open();
        const { cookie, holder } = await signIn(request.body, gate.knownBrowser(request) ?? '', clock());
        gate.signedIn(reply, cookie);
        return view(holder);
      },
    );

    app.get(
      '/api/session',
      { schema: { tags: ['access'], summary: 'Who is signed in', response: { 200: Session } } },
      async (request) => view(await gate.holder(request)),
    );

    app.delete(
      '/api/session',
      { schema: { tags: ['access'], summary: 'Signs out', response: { 204: z.null() } } },
      async (request, reply) => {
        const holder = await gate.holder(request);
        await db.transaction().execute(async (tx) => {
          await closeSession(tx, holder);
          const entry = {
            actor: holderActor(holder),
            action: 'access.signed-out',
            subject: 'session',
            data: {},
          };
          await record(tx, entry, clock());
        });
        gate.signedOut(reply);
        return reply.code(204).send(null);
      },
    );
  };
}
