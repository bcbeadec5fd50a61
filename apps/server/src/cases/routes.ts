import { Case, Cases, SignedOrder } from '@certdesk/contract';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Gate } from '../access/gate.ts';
import type { Holder } from '../access/session.ts';
import type { EventStreams } from '../platform/http/events.ts';
import type { Listener } from '../platform/notifications.ts';
import type { Db } from '../schema/database.ts';
import { caseChannel } from './engine.ts';
import { followCase } from './follow.ts';
import { type Journeys, journeyOf } from './journey.ts';
import { ownCase } from './own.ts';

export interface CaseRoutesDeps {
  readonly db: Db;
  readonly gate: Gate;
  readonly journeys: Journeys;
  readonly streams: EventStreams;
  readonly listener: Listener;
}

const params = z.strictObject({ id: z.uuid() });
/** A holder is shown his last ones; older cases are in the archive. */
const shownCases = 100;

/** What holders do with any case: see, follow, cancel it, ask for its order to the key. */
export function caseRoutes(deps: CaseRoutesDeps): FastifyPluginAsyncZod {
  const { db, gate, journeys, streams, listener } = deps;

  async function view(holder: Holder, id: string): Promise<Case> {
    const row = await ownCase(db, holder, id);
    return journeyOf(journeys, row).view(row);
  }

  return async (app) => {
    app.get(
      '/api/cases',
      { schema: { tags: ['cases'], summary: 'My cases, the latest first', response: { 200: Cases } } },
      async (request) => {
        const holder = await gate.holder(request);
        const rows = await db
          .selectFrom('desk_case')
          .selectAll()
          .where('line_id', '=', holder.lineId)
          .orderBy('created_at', 'desc')
          .limit(shownCases)
          .execute();
        return { cases: await Promise.all(rows.map((row) => journeyOf(journeys, row).view(row))) };
      },
    );

    app.get(
      '/api/cases/:id',
      { schema: { tags: ['cases'], summary: 'One case', params, response: { 200: Case } } },
      async (request) => view(await gate.holder(request), request.params.id),
    );

    app.get(
      '/api/cases/:id/events',
      {
        schema: {
          tags: ['cases'],
          summary:
            'The case as server-sent events: `case` with its present state, and again after each change',
          params,
        },
      },
      async (request, reply) => {
        const holder = await gate.holder(request);
        const { id } = request.params;
        await ownCase(db, holder, id);
        const stream = streams.open(request, reply, holder.sessionDigest);
        followCase(stream, {
          id,
          // The session may have ended since: whoever is signed out is told nothing more.
          read: async () => view(await gate.holder(request), id),
          onChange: (told) => {
            const stops = [
              listener.on(caseChannel, (changed) => changed === id && told()),
              listener.onGap(told),
            ];
            return () => {
              for (const stop of stops) stop();
            };
          },
        });
      },
    );

    app.post(
      '/api/cases/:id/cancel',
      {
        schema: {
          tags: ['cases'],
          summary: 'Cancels a case, until its new certificate is proved',
          params,
          body: z.strictObject({}),
          response: { 200: Case },
        },
      },
      async (request) => {
        const holder = await gate.holder(request);
        const row = await ownCase(db, holder, request.params.id);
        await journeyOf(journeys, row).cancel(holder, row.id);
        return view(holder, row.id);
      },
    );

    app.post(
      '/api/cases/:id/orders',
      {
        schema: {
          tags: ['cases'],
          summary: 'An order to the assistant for what the case needs of the key now',
          params,
          body: z.strictObject({}),
          response: { 200: SignedOrder },
        },
      },
      async (request, reply) => {
        const holder = await gate.holder(request);
        const row = await ownCase(db, holder, request.params.id);
        return journeyOf(journeys, row).giveOrder(holder, row.id, gate.browser(request, reply));
      },
    );
  };
}
