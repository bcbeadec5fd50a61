import {
  Case,
  CertificateRequest,
  ConfirmRequest,
  FinishAnswer,
  FinishRequest,
  OpenRenewalRequest,
  ProofAnswer,
  ProofChallenge,
  ProofRequest,
  RenewalOffer,
  RenewedCertificates,
  TermRequest,
} from '@certdesk/contract';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Gate } from '../../access/gate.ts';
import type { BearerOf } from '../../orders/bearer.ts';
import type { RenewalDesk } from './renewal.ts';
import type { RenewalWriter } from './write.ts';

const params = z.strictObject({ id: z.uuid() });
const empty = z.strictObject({});

/** The holder's side of a renewal. */
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
      '/api/cases/:id/confirmations',
      {
        schema: {
          tags,
          summary: 'Confirms what certificate and register say',
          params,
          body: ConfirmRequest,
          response: { 200: Case },
        },
      },
      async (request) => {
        const holder = await gate.holder(request);
        await desk.confirm(holder, request.params.id, request.body);
        return desk.show(holder, request.params.id);
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

    app.post(
      '/api/cases/:id/registry',
      {
        config: { limit: { count: 10, seconds: 60 } },
        schema: {
          tags,
          summary: 'Asks the register again, for a case that waits for it',
          params,
          body: empty,
          response: { 200: Case },
        },
      },
      async (request) => {
        const holder = await gate.holder(request);
        await desk.askAgain(holder, request.params.id);
        return desk.show(holder, request.params.id);
      },
    );
  };
}

/** The assistant's side: what it says while it carries out a renewal's order. */
export function renewalWriteRoutes(writer: RenewalWriter, bearer: BearerOf): FastifyPluginAsyncZod {
  const tags = ['renewal order'];
  return async (app) => {
    app.post(
      '/api/renewal/certificate',
      {
        schema: {
          tags,
          summary: 'Issues the certificate for the new key; asked again, the same one',
          body: CertificateRequest,
          response: { 200: RenewedCertificates },
        },
      },
      async (request) => {
        const { request: der, statement } = request.body;
        return writer.request(await bearer(request), Buffer.from(der, 'base64'), statement);
      },
    );

    app.post(
      '/api/renewal/proof-challenge',
      {
        schema: {
          tags,
          summary: 'What the new key signs to prove its certificate',
          body: empty,
          response: { 200: ProofChallenge },
        },
      },
      async (request) => writer.proofChallenge(await bearer(request)),
    );

    app.post(
      '/api/renewal/proof',
      {
        schema: {
          tags,
          summary: 'Proves the new certificate: it comes into force, and the old one is superseded',
          body: ProofRequest,
          response: { 200: ProofAnswer },
        },
      },
      async (request) => ({ state: await writer.prove(await bearer(request), request.body.statement) }),
    );

    app.post(
      '/api/renewal/finish',
      {
        schema: {
          tags,
          summary: 'What had to leave the key has left it; ends the order',
          body: FinishRequest,
          response: { 200: FinishAnswer },
        },
      },
      async (request) => ({ state: await writer.finish(await bearer(request), request.body.gone) }),
    );
  };
}
