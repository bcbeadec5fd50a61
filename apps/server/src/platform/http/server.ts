import cookie from '@fastify/cookie';
import { type FastifyBaseLogger, type FastifyServerOptions, fastify, LogController } from 'fastify';
import { serializerCompiler, validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod';
import { randomId } from '../random.ts';
import type { Log } from '../telemetry/log.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { App } from './app.ts';
import { answerError } from './errors.ts';
import { addSecurityHeaders } from './headers.ts';
import { addHealth } from './health.ts';
import { addressBucket, type Limiter, type RateLimit } from './limits.ts';
import { type ApiDescription, describeApi } from './openapi.ts';
import { addOriginCheck } from './origin.ts';
import { servePages } from './pages.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** So many requests to this route from one address. */
    limit?: RateLimit;
  }
}

export interface HttpOptions {
  log: Log;
  metrics: Metrics;
  limiter: Limiter;
  /** Rejects while requests cannot be served. */
  ready: () => Promise<void>;
  api: ApiDescription;
  /** Addresses of proxies whose `X-Forwarded-For` is believed; false: none. */
  trustProxy?: FastifyServerOptions['trustProxy'];
  metricsFrom?: readonly string[];
  /** Folder of the built pages. */
  pages?: string;
  /** Octets of a body at most, unless the route says otherwise. */
  bodyLimit?: number;
}

/** A server without a room in it: everything that holds for every request. Rooms register, then it listens. */
export async function buildHttp(options: HttpOptions): Promise<App> {
  const { log, metrics, limiter, ready, api, pages } = options;
  const app = fastify({
    loggerInstance: log as FastifyBaseLogger,
    // One line per answer, written below: fastify's own lines hold the query string.
    logController: new LogController({ disableRequestLogging: true }),
    trustProxy: options.trustProxy ?? false,
    bodyLimit: options.bodyLimit ?? 64 * 1024,
    genReqId: randomId,
    requestIdHeader: false,
    forceCloseConnections: 'idle',
    requestTimeout: 30_000,
    routerOptions: { maxParamLength: 128 },
    frameworkErrors: answerError,
  }).withTypeProvider<ZodTypeProvider>();
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.setErrorHandler(answerError);
  app.removeContentTypeParser('text/plain');

  addSecurityHeaders(app, api.publicOrigin);
  app.addHook('onRequest', async (request, reply) => void reply.header('x-request-id', request.id));
  addOriginCheck(app, api.publicOrigin);
  app.addHook('onRequest', async (request) => {
    const { url, config } = request.routeOptions;
    if (config.limit) await limiter(`${request.method} ${url} ${addressBucket(request.ip)}`, config.limit);
  });
  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'none';
    const { method, ip: address } = request;
    const seconds = reply.elapsedTime / 1000;
    metrics.request(method, route, reply.statusCode, seconds);
    // The path without its query, which might hold what should not be kept.
    const path = request.url.split('?', 1)[0];
    request.log.info(
      { method, path, status: reply.statusCode, ms: Math.round(seconds * 1000), address },
      'answered',
    );
  });

  await app.register(cookie);
  await describeApi(app, api);
  addHealth(app, {
    ready,
    metrics: metrics.registry,
    metricsFrom: options.metricsFrom ?? ['127.0.0.1', '::1'],
  });
  await servePages(app, pages);
  return app;
}
