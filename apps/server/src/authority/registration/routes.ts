import { IssuedCertificate, SignedRegistration } from '@certdesk/contract';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import type { RateLimit } from '../../platform/http/limits.ts';
import type { Registrar } from './registrar.ts';

/** The endpoint of registration clients. It asks for no cookie: each request is signed by its client's key. */
export function registrationRoutes(registrar: Registrar, limit: RateLimit): FastifyPluginAsyncZod {
  return async (app) => {
    app.post(
      '/api/registration/certificates',
      {
        config: { limit },
        schema: {
          tags: ['registration'],
          summary: 'Issues a certificate for a registration client of the authority',
          description:
            'The statement’s payload is the JSON of a RegistrationRequest, signed by the client’s key over `certdesk registration v1`, a zero octet and the payload. The same request id with the same content gives the same certificate again.',
          body: SignedRegistration,
          response: { 200: IssuedCertificate },
        },
      },
      async (request) => registrar.register(request.body),
    );
  };
}
