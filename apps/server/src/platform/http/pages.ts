import { sep } from 'node:path';
import { problem } from '@certdesk/contract';
import fastifyStatic from '@fastify/static';
import type { FastifyRequest } from 'fastify';
import type { App } from './app.ts';
import { sendProblem } from './errors.ts';

/**
 * Serves the built pages. Files below `assets/` carry a digest in their name and are kept for a year; everything else is
 * asked for again each time. An unknown path without a file's ending is a page's own address: it gets `index.html`.
 * @param folder undefined: no pages, the API alone
 */
export async function servePages(app: App, folder: string | undefined): Promise<void> {
  if (folder !== undefined) {
    await app.register(fastifyStatic, {
      root: folder,
      wildcard: true,
      dotfiles: 'deny',
      cacheControl: false,
      schemaHide: true,
      setHeaders(reply, path) {
        const lasting = path.startsWith(`${folder}${sep}assets${sep}`);
        reply.header('cache-control', lasting ? 'public, max-age=31536000, immutable' : 'no-cache');
      },
    });
  }
  app.setNotFoundHandler((request, reply) => {
    if (folder !== undefined && isPageAddress(request)) return reply.sendFile('index.html');
    return sendProblem(reply, problem('not-found'));
  });
}

function isPageAddress({ method, url }: FastifyRequest): boolean {
  const path = url.split('?', 1)[0] ?? '';
  if (method !== 'GET' && method !== 'HEAD') return false;
  return !path.startsWith('/api/') && path !== '/api' && !/\.[A-Za-z0-9]+$/.test(path);
}
