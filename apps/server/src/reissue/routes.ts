import {
  Case,
  CertificateRequest,
  ConfirmRequest,
  FinishAnswer,
  FinishRequest,
  ProofAnswer,
  ProofChallenge,
  ProofRequest,
  ReissuedCertificates,
} from '@certdesk/contract';
import type { FastifyRequest } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Gate } from '../access/gate.ts';
import type { BearerOf } from '../orders/bearer.ts';
import type { Db } from '../schema/database.ts';
import { type ReissueJourneys, reissueJourneyNamed, reissueJourneyOf } from './journey.ts';

const params = z.strictObject({ id: z.uuid() });
const empty = z.strictObject({});

interface RouteDeps {
  readonly db: Db;
  readonly journeys: ReissueJourneys;
}

/** What holders do with any case that compares their certificate with the register. */
export function checkRoutes({ db, journeys, gate }: RouteDeps & { gate: Gate }): FastifyPluginAsyncZod {
  const tags = ['cases'];
  return async (app) => {
    app.post(
      '/api/cases/:id/confirmations',
      {
        schema: {
          tags,
          summary: 'Confirms what certificate and register say, and decides about the numbers on offer',
          params,
          body: ConfirmRequest,
          response: { 200: Case },
        },
      },
      async (request) => {
        const holder = await gate.holder(request);
        const { id } = request.params;
        const journey = await reissueJourneyOf(db, journeys, id);
        await journey.confirm(holder, id, request.body);
        return journey.show(holder, id);
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
        const { id } = request.params;
        const journey = await reissueJourneyOf(db, journeys, id);
        await journey.askAgain(holder, id);
        return journey.show(holder, id);
      },
    );
  };
}

/** The assistant's side: what it says while it carries out an order for a new certificate. */
export function writeRoutes({
  journeys,
  bearer,
}: Pick<RouteDeps, 'journeys'> & { bearer: BearerOf }): FastifyPluginAsyncZod {
  const tags = ['orders'];
  const workOf = async (request: FastifyRequest) => {
    const work = await bearer(request);
    return { work, writer: reissueJourneyNamed(journeys, work.journey).writer };
  };
  return async (app) => {
    app.post(
      '/api/orders/certificate',
      {
        schema: {
          tags,
          summary: 'Issues the certificate that the order is about; asked again, the same one',
          body: CertificateRequest,
          response: { 200: ReissuedCertificates },
        },
      },
      async (request) => {
        const { request: der, statement } = request.body;
        const { work, writer } = await workOf(request);
        return writer.request(work, Buffer.from(der, 'base64'), statement);
      },
    );

    app.post(
      '/api/orders/proof-challenge',
      {
        schema: {
          tags,
          summary: 'What the key signs to prove its new certificate',
          body: empty,
          response: { 200: ProofChallenge },
        },
      },
      async (request) => {
        const { work, writer } = await workOf(request);
        return writer.proofChallenge(work);
      },
    );

    app.post(
      '/api/orders/proof',
      {
        schema: {
          tags,
          summary: 'Proves the new certificate: it comes into force, and the old one is superseded',
          body: ProofRequest,
          response: { 200: ProofAnswer },
        },
      },
      async (request) => {
        const { work, writer } = await workOf(request);
        return { state: await writer.prove(work, request.body.statement) };
      },
    );

    app.post(
      '/api/orders/finish',
      {
        schema: {
          tags,
          summary: 'What had to leave the key has left it; ends the order',
          body: FinishRequest,
          response: { 200: FinishAnswer },
        },
      },
      async (request) => {
        const { work, writer } = await workOf(request);
        return { state: await writer.finish(work, request.body.gone) };
      },
    );
  };
}
