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
          summary: 'Certificates of the issuing CAs, and of the roots above them',
          response: { 200: AuthorityCertificates },
        },
      },
      async () => {
        const base64 = (ders: readonly Uint8Array[]) =>
          ders.map((der) => Buffer.from(der).toString('base64'));
        return {
          chain: base64(authority.chain()),
          intermediates: base64(authority.intermediates()),
          roots: base64(authority.roots()),
        };
      },
    );
  };
}
