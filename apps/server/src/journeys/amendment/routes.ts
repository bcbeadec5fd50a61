import { AmendmentOffer, Case } from '@certdesk/contract';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Gate } from '../../access/gate.ts';
import type { AmendmentDesk } from './amendment.ts';

/** What only an amendment asks of its holder; what it shares with others is in reissue/routes.ts and cases/routes.ts. */
export function amendmentRoutes(desk: AmendmentDesk, gate: Gate): FastifyPluginAsyncZod {
  const tags = ['amendment'];
  return async (app) => {
    app.get(
      '/api/amendment',
      {
        schema: {
          tags,
          summary: 'Whether identity numbers can be added to the certificate now',
          response: { 200: AmendmentOffer },
        },
      },
      async (request) => desk.offer(await gate.holder(request)),
    );

    app.post(
      '/api/amendment',
      {
        // The register is asked each time.
        config: { limit: { count: 60, seconds: 60 } },
        schema: {
          tags,
          summary: 'Opens an amendment case: the register is asked for numbers that the certificate lacks',
          body: z.strictObject({}),
          response: { 200: Case },
        },
      },
      async (request) => {
        const holder = await gate.holder(request);
        return desk.show(holder, await desk.open(holder));
      },
    );
  };
}
