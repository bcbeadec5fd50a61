import { DeskInfo } from '@certdesk/contract';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import type { Configuration } from './configuration.ts';

/** What the pages need to know before anybody signs in. */
export function deskRoutes(configuration: Configuration): FastifyPluginAsyncZod {
  const { deskName: name, assistant, served, maintenance } = configuration;
  const info: DeskInfo = {
    name,
    assistant,
    services: { renewal: true, amendment: true, seal: false, unlock: false },
    served: served.names ?? null,
    maintenance,
  };
  return async (app) => {
    app.get(
      '/api/desk',
      {
        schema: {
          tags: ['desk'],
          summary: 'What this desk offers, and where its assistants listen',
          response: { 200: DeskInfo },
        },
      },
      async () => info,
    );
  };
}
