import { BlockList, isIPv6 } from 'node:net';
import { problem } from '@certdesk/contract';
import type { Registry } from 'prom-client';
import { DeskError } from '../error.ts';
import type { App } from './app.ts';
import { problemOf } from './errors.ts';

export interface HealthOptions {
  /** Rejects while requests cannot be served: the database is away, say. */
  ready: () => Promise<void>;
  metrics: Registry;
  /** Addresses or networks (CIDR) that may read the figures. */
  metricsFrom: readonly string[];
}

/**
 * `/healthz`: the process lives. `/readyz`: it can serve, or 503; a load balancer asks here. `/metrics`: figures in
 * Prometheus' format, which are nobody's business but the operator's.
 */
export function addHealth(app: App, { ready, metrics, metricsFrom }: HealthOptions): void {
  let stopping = false;
  app.addHook('preClose', async () => {
    stopping = true;
  });
  const schema = { hide: true };
  app.get('/healthz', { schema, logLevel: 'warn' }, async () => ({ status: 'ok' }));
  app.get('/readyz', { schema, logLevel: 'warn' }, async (request, reply) => {
    try {
      if (stopping) throw new DeskError('maintenance');
      await ready();
      return { status: 'ready' };
    } catch (error) {
      const { code, sentence } = problemOf(error, request.id);
      return reply.code(503).send({ status: code, sentence });
    }
  });
  const allowed = networks(metricsFrom);
  app.get('/metrics', { schema, logLevel: 'warn' }, async (request, reply) => {
    if (!allowed.check(request.ip, isIPv6(request.ip) ? 'ipv6' : 'ipv4')) {
      return reply.code(404).send(problem('not-found'));
    }
    return reply.type(metrics.contentType).send(await metrics.metrics());
  });
}

function networks(list: readonly string[]): BlockList {
  const allowed = new BlockList();
  for (const entry of list) {
    const [address = '', bits] = entry.split('/');
    const family = isIPv6(address) ? 'ipv6' : 'ipv4';
    allowed.addSubnet(address, bits === undefined ? (family === 'ipv6' ? 128 : 32) : Number(bits), family);
  }
  return allowed;
}
