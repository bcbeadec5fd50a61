/** What whoever checks certificates fetches: lists, answers, and the CAs' certificates. All of it is signed and public. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Issuers } from '../authority/embedded/issuers.ts';
import type { IssuingCa } from '../authority/embedded/open.ts';
import type { Clock } from '../platform/clock.ts';
import { DeskError } from '../platform/error.ts';
import { entityTag, namesTag } from '../platform/http/entity-tag.ts';
import { nameInAddresses, statusPaths } from './addresses.ts';
import { type AnswerOcsp, malformed, type OcspAnswer } from './answers.ts';
import type { Lists } from './lists.ts';

export interface StatusRoutesDeps {
  readonly clock: Clock;
  readonly issuers: Issuers;
  readonly lists: Lists;
  readonly answer: AnswerOcsp;
}

const file = (ending: string) =>
  z.strictObject({ file: z.string().regex(new RegExp(`^[0-9a-f]{1,64}${ending}$`)) });
const hour = 3600;
/** RFC 5019 §2.1: answers can be asked for by GET up to 255 octets; a few certificates at once are let pass. */
const longestGet = 4096;

export function statusRoutes(deps: StatusRoutesDeps): FastifyPluginAsyncZod {
  const { clock, issuers, lists } = deps;

  async function caCalled(name: string): Promise<IssuingCa> {
    const find = () => issuers.all().find(({ certificate }) => nameInAddresses(certificate) === name);
    if (!find()) await issuers.refresh();
    const ca = find();
    if (!ca) throw new DeskError('not-found');
    return ca;
  }

  /** Sends what may be kept until a moment, or says that whoever asks has it already. */
  function sendKept(
    request: FastifyRequest,
    reply: FastifyReply,
    type: string,
    der: Uint8Array,
    keep: { readonly from: Date; readonly until: Date },
  ): FastifyReply {
    const now = clock();
    const seconds = Math.max(0, Math.floor((keep.until.getTime() - now.getTime()) / 1000));
    const etag = entityTag(der);
    reply.headers({
      etag,
      'cache-control': `public, max-age=${seconds}, no-transform, must-revalidate`,
      expires: keep.until.toUTCString(),
      'last-modified': keep.from.toUTCString(),
      'cross-origin-resource-policy': 'cross-origin',
    });
    if (hasAlready(request, etag, keep.from)) return reply.code(304).send();
    return reply.type(type).send(Buffer.from(der));
  }

  function sendAnswer(request: FastifyRequest, reply: FastifyReply, { der, keep }: OcspAnswer): FastifyReply {
    const type = 'application/ocsp-response';
    if (keep) return sendKept(request, reply, type, der, keep);
    return reply.header('cache-control', 'no-store').type(type).send(Buffer.from(der));
  }

  return async (app) => {
    app.addContentTypeParser('application/ocsp-request', { parseAs: 'buffer' }, (_request, body, done) =>
      done(null, body),
    );

    app.get(
      '/status/crl/:file',
      {
        schema: {
          tags: ['status'],
          summary: 'A CA’s revocation list, complete or delta',
          params: file('(-delta)?\\.crl'),
        },
      },
      async (request, reply) => {
        const [, name = '', delta] = /^([0-9a-f]+)(-delta)?\.crl$/.exec(request.params.file) ?? [];
        const published = await lists.current(await caCalled(name));
        const list = delta ? published.delta : published.complete;
        if (!list) throw new DeskError('not-found');
        const keep = { from: list.thisUpdate, until: list.nextUpdate };
        return sendKept(request, reply, 'application/pkix-crl', list.der, keep);
      },
    );

    app.get(
      '/status/ca/:file',
      {
        schema: { tags: ['status'], summary: 'Certificate of an issuing or root CA', params: file('\\.cer') },
      },
      async (request, reply) => {
        const name = request.params.file.replace(/\.cer$/, '');
        const find = () =>
          issuers
            .all()
            .flatMap(({ certificate, root }) => [certificate, root])
            .find((certificate) => nameInAddresses(certificate) === name);
        if (!find()) await issuers.refresh();
        const certificate = find();
        if (!certificate) throw new DeskError('not-found');
        const until = new Date(clock().getTime() + 24 * hour * 1000);
        const keep = { from: certificate.notBefore, until };
        return sendKept(request, reply, 'application/pkix-cert', certificate.der, keep);
      },
    );

    app.post(
      statusPaths.ocsp,
      { schema: { tags: ['status'], summary: 'OCSP (RFC 6960); by GET too' } },
      async (request, reply) => {
        const { body } = request;
        return sendAnswer(request, reply, body instanceof Uint8Array ? await deps.answer(body) : malformed);
      },
    );

    app.get(
      `${statusPaths.ocsp}/*`,
      // The request in base64 as the rest of the path (RFC 6960 appendix A.1), which OpenAPI has no way to say.
      { schema: { hide: true } },
      async (request, reply) => {
        const asked = requestIn(request.url.slice(statusPaths.ocsp.length + 1));
        return sendAnswer(request, reply, asked ? await deps.answer(asked) : malformed);
      },
    );
  };
}

/** Base64 that was made fit for an address: percent-encoded as a whole, in part, or not at all. */
function requestIn(path: string): Uint8Array | undefined {
  if (path.length > longestGet) return undefined;
  try {
    const text = decodeURIComponent(path.split('?', 1)[0] ?? '');
    return /^[A-Za-z0-9+/]+={0,2}$/.test(text) ? Buffer.from(text, 'base64') : undefined;
  } catch {
    return undefined;
  }
}

/** RFC 9110 §13: the entity tag counts before the date. */
function hasAlready(request: FastifyRequest, etag: string, from: Date): boolean {
  if (request.method !== 'GET' && request.method !== 'HEAD') return false;
  const since = Date.parse(request.headers['if-modified-since'] ?? '');
  return namesTag(request, etag) ?? since >= from.getTime();
}
