import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { problem, windowPath } from '@certdesk/contract';
import { type ApiParts, isApiPath, windowApi } from './api.ts';
import {
  isFromOutsideTheWeb,
  isNavigation,
  isNoBrowser,
  isOurHost,
  isOurScript,
  rateLimit,
  sameSecret,
  windowHeader,
} from './guard.ts';
import type { WindowPage } from './page.ts';
import { Tickets } from './tickets.ts';
import type { Window } from './windows.ts';

export interface LocalParts extends ApiParts {
  readonly page: WindowPage;
  readonly language: 'zh' | 'en';
  readonly version: string;
  /** Known to whoever can read the home folder: gets tickets for the own window. */
  readonly instanceSecret: string;
  /** Milliseconds on a clock that nobody sets. */
  readonly now: () => number;
  readonly longPollMs?: number;
}

export interface LocalServer {
  readonly port: number;
  close(): Promise<void>;
}

const maxBody = 64 * 1024;

/**
 * Listens on the loopback interface alone.
 * @throws the system's error, `EADDRINUSE` among them
 */
export async function listenLocally(port: number, parts: LocalParts): Promise<LocalServer> {
  const server = createServer({ maxHeaderSize: 16 * 1024, requestTimeout: 10_000, headersTimeout: 5_000 });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => resolve());
  });
  const at = (server.address() as AddressInfo).port;
  const answer = answerer(at, parts);
  server.on('request', (request, response) => {
    answer(request, response).catch(() => nothingHere(response));
  });
  // Node's own answer to a malformed request would say that a server of its kind is here.
  server.on('clientError', (_, socket) => void socket.destroy());
  return { port: at, close: () => closed(server) };
}

function answerer(port: number, parts: LocalParts) {
  const api = windowApi(parts);
  const tickets = new Tickets(parts.now);
  const allowed = rateLimit(120, 20, parts.now);

  function showWindow(response: ServerResponse, window: Window): void {
    const { page, language, version, desks, phrase } = parts;
    const common = { secret: window.secret, version, language };
    const start =
      window.mode === 'order'
        ? { ...common, mode: window.mode, origins: desks.map(({ origin }) => origin) }
        : {
            ...common,
            mode: window.mode,
            phrase,
            desks: desks.map(({ origin, name }) => ({ origin, name })),
          };
    send(response, 200, page.headers, page.html(start));
  }

  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    response.sendDate = false;
    if (!isOurHost(request, port) || !allowed()) return nothingHere(response);
    const { method, url = '' } = request;
    if (method === 'GET' && url === windowPath && isNavigation(request)) {
      return showWindow(response, parts.windows.open('order'));
    }
    if (
      method === 'GET' &&
      url.startsWith('/own?ticket=') &&
      isNavigation(request) &&
      isFromOutsideTheWeb(request)
    ) {
      if (!tickets.use(url.slice('/own?ticket='.length))) return nothingHere(response);
      return showWindow(response, parts.windows.open('own'));
    }
    if (method !== 'POST') return nothingHere(response);
    if (url === '/ticket') {
      const { authorization = '' } = request.headers;
      if (!isNoBrowser(request) || !sameSecret(authorization, `Bearer ${parts.instanceSecret}`)) {
        return nothingHere(response);
      }
      return sendJson(response, 200, { ticket: tickets.make() });
    }
    const window = isOurScript(request, port) ? parts.windows.find(header(request, windowHeader)) : undefined;
    if (!window || !isApiPath(url, window)) return nothingHere(response);
    if (header(request, 'content-type').split(';')[0] !== 'application/json') return nothingHere(response);
    const text = await bodyOf(request);
    if (text === undefined)
      return sendJson(response, 413, problem('request-too-large'), { connection: 'close' });
    const end = new AbortController();
    const timer = setTimeout(() => end.abort(), parts.longPollMs ?? 20_000);
    response.once('close', () => end.abort());
    try {
      const { status, body } = await api(url, parsed(text), { window, signal: end.signal });
      // A window that polls for long is there all the while.
      parts.windows.find(window.secret);
      sendJson(response, status, body);
    } finally {
      clearTimeout(timer);
    }
  };
}

/** The same for everything that is not ours to answer. */
function nothingHere(response: ServerResponse): void {
  if (response.headersSent) response.destroy();
  else response.writeHead(404, { 'content-length': '0', connection: 'close' }).end();
}

function send(
  response: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string>>,
  body: string,
): void {
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) }).end(body);
}

function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  more: Record<string, string> = {},
): void {
  const headers = {
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'cross-origin-resource-policy': 'same-origin',
    ...more,
  };
  send(response, status, headers, JSON.stringify(body));
}

function header({ headers }: IncomingMessage, name: string): string {
  const value = headers[name];
  return typeof value === 'string' ? value : '';
}

/** Undefined when it is too large; the rest is not read. */
async function bodyOf(request: IncomingMessage): Promise<string | undefined> {
  if (Number(request.headers['content-length'] ?? 0) > maxBody) return undefined;
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += (chunk as Buffer).length;
    if (size > maxBody) return undefined;
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
