import { createLog } from '../telemetry/log.ts';
import { createMetrics } from '../telemetry/metrics.ts';
import type { App } from './app.ts';
import { buildHttp, type HttpOptions } from './server.ts';

export const origin = 'https://desk.example';

/** A server for tests; `lines` is what it logged. */
export async function testServer(options: Partial<HttpOptions> = {}): Promise<{ app: App; lines: string[] }> {
  const lines: string[] = [];
  const app = await buildHttp({
    log: createLog('debug', { write: (line) => void lines.push(line) }),
    metrics: createMetrics(),
    limiter: async () => {},
    ready: async () => {},
    api: { title: 'Desk', description: 'A desk', version: '1.2.3', publicOrigin: origin },
    ...options,
  });
  return { app, lines };
}
