import { Case, OpenRenewalRequest, RenewalOffer, TermRequest } from '@certdesk/contract';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Gate } from '../../access/gate.ts';
import type { RenewalDesk } from './renewal.ts';

const params = z.strictObject({ id: z.uuid() });

/** What only a renewal asks of its holder; what it shares with others is in reissue/routes.ts and cases/routes.ts. */
export function renewalRoutes(desk: RenewalDesk, gate: Gate): FastifyPluginAsyncZod {
  const tags = ['renewal'];
  return async (app) => {
    app.get(
      '/api/renewal',
      {
        schema: {
          tags,
          summary: 'Whether the certificate can be renewed now',
          response: { 200: RenewalOffer },
        },
      },
      async (request) => desk.offer(await gate.holder(request)),
    );

    app.post(
      '/api/renewal',
      {
        schema: {
          tags,
          summary: 'Opens a renewal case',
          body: OpenRenewalRequest,
          response: { 200: Case },
        },
      },
      async (request) => {
        const holder = await gate.holder(request);
        return desk.show(holder, await desk.open(holder, request.body.agreement));
      },
    );

    app.post(
      '/api/cases/:id/term',
      {
        schema: { tags, summary: 'Chooses the term', params, body: TermRequest, response: { 200: Case } },
      },
      async (request) => {
        const holder = await gate.holder(request);
        await desk.chooseTerm(holder, request.params.id, request.body.years);
        return desk.show(holder, request.params.id);
      },
    );
  };
}
