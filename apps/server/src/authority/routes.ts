import { AuthorityCertificates } from '@certdesk/contract';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import type { Authority } from './authority.ts';

/** What anybody may know of the authority. */
export function authorityRoutes(authority: Authority): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      '/api/authority/certificates',
      {
        schema: {
          tags: ['authority'],
          summary: 'Certificates of the issuing CA up to its root',
          response: { 200: AuthorityCertificates },
        },
      },
      async () => ({ chain: authority.chain().map((der) => Buffer.from(der).toString('base64')) }),
    );
  };
}
