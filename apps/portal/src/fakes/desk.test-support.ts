/** A desk for tests of the pages: serves them as the real server does and answers the API from a few variables. */
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  type AmendmentCase,
  type AmendmentOffer,
  type Case,
  type ConfirmRequest,
  type DeskInfo,
  type ErrorCode,
  errorTable,
  problem,
  type RenewalCase,
  type RenewalOffer,
  type ServedAnswer,
  type ServicePoint,
  type ServicePoints,
  type Session,
} from '@certdesk/contract';
import { build } from 'vite';
import { vi } from 'vitest';
import { amendmentOffer, amendments } from './amendment-examples.test-support.ts';
import * as examples from './examples.test-support.ts';

export const contentSecurityPolicy =
  "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/** Bundles the pages into a folder, as they ship: vite goes by the environment, and the runner's is another. */
export async function buildPages(outDir: string): Promise<void> {
  const configFile = fileURLToPath(new URL('../../vite.config.ts', import.meta.url));
  vi.stubEnv('NODE_ENV', 'production');
  try {
    await build({ configFile, logLevel: 'silent', build: { outDir } });
  } finally {
    vi.unstubAllEnvs();
  }
}

export interface FakeState {
  desk: Omit<DeskInfo, 'assistant'> & { assistant: Partial<DeskInfo['assistant']> };
  /** What is answered about any code. */
  served: ServedAnswer;
  session: Session | null;
  /** Who is signed in once a signature comes. */
  signsInAs: Session;
  offer: RenewalOffer;
  amendmentOffer: AmendmentOffer;
  points: readonly ServicePoint[];
  case: Case | null;
  /** Answers with an error, by `METHOD /path`. */
  failing: Map<string, ErrorCode | 'server-unreachable'>;
  /** Runs in the browser before anything else does, to make it another browser. */
  before: string;
}

export class FakeDesk {
  state: FakeState = fresh();
  /** Every request of the API, as `METHOD /path body`. */
  readonly requests: string[] = [];
  readonly #server: Server;
  readonly #followers = new Set<ServerResponse>();
  readonly #pages: string;
  #ports: number[] = [];
  #orders = 0;

  constructor(pages: string) {
    this.#pages = pages;
    this.#server = createServer((request, response) => void this.#answer(request, response));
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  get url(): string {
    return `http://localhost:${(this.#server.address() as AddressInfo).port}`;
  }

  reset(ports: number[]): void {
    this.state = fresh();
    this.#ports = ports;
    this.requests.length = 0;
  }

  /** Changes the case and tells whoever follows it. */
  move(change: Partial<RenewalCase> | Partial<AmendmentCase>): void {
    if (!this.state.case) throw new Error('there is no case');
    const moved = {
      ...this.state.case,
      updatedAt: new Date(Date.parse(this.state.case.updatedAt) + 1000).toISOString(),
      ...change,
    } as Case;
    this.state.case = moved;
    for (const follower of this.#followers) sendCase(follower, moved);
  }

  async #answer(request: IncomingMessage, response: ServerResponse) {
    const { pathname: path, searchParams } = new URL(request.url ?? '/', 'http://desk');
    if (!path.startsWith('/api/')) return this.#page(path, response);
    let body = '';
    for await (const chunk of request) body += String(chunk);
    const call = `${request.method} ${path.slice(4)}`;
    this.requests.push(`${call} ${body}`.trim());
    const code = this.state.failing.get(call);
    if (code === 'server-unreachable') request.socket.destroy();
    else if (code) refuse(response, code);
    else if (call === 'GET /service-points') send(response, this.#points(searchParams));
    else this.#api(call, body, response);
  }

  #api(call: string, body: string, response: ServerResponse) {
    const { state } = this;
    if (call === 'GET /desk') {
      const assistant = {
        ports: this.#ports,
        minimumVersion: '1.0.0',
        download: 'https://ca.example/assistant',
      };
      return send(response, { ...state.desk, assistant: { ...assistant, ...state.desk.assistant } });
    }
    if (call === 'POST /served') return send(response, { served: state.served });
    if (call === 'POST /sign-in/orders') return send(response, this.#order());
    if (call === 'POST /sign-in') {
      state.session = state.signsInAs;
      return send(response, state.session);
    }
    if (!state.session) return refuse(response, 'session-ended');
    if (call === 'GET /session') return send(response, state.session);
    if (call === 'DELETE /session') {
      state.session = null;
      response.writeHead(204).end();
      return;
    }
    if (call === 'GET /cases') return send(response, { cases: state.case ? [state.case] : [] });
    if (call === 'GET /renewal') return send(response, state.offer);
    if (call === 'POST /renewal') {
      state.case = examples.cases.checking;
      return send(response, state.case);
    }
    if (call === 'GET /amendment') return send(response, state.amendmentOffer);
    if (call === 'POST /amendment') {
      state.case = amendments.checking;
      return send(response, state.case);
    }
    const action = new RegExp(`^(\\w+) /cases/${examples.caseId}(/\\w+)?$`).exec(call);
    if (!action || !state.case) return refuse(response, 'case-not-found');
    switch (`${action[1]} ${action[2] ?? ''}`) {
      case 'GET ':
        return send(response, state.case);
      case 'GET /events':
        return this.#follow(response);
      case 'POST /confirmations':
        this.#confirm(state.case, JSON.parse(body) as ConfirmRequest);
        return send(response, this.state.case);
      case 'POST /term':
        this.move({ state: 'ordered', next: 'write', years: (JSON.parse(body) as { years: number }).years });
        return send(response, this.state.case);
      case 'POST /cancel':
        this.move(examples.cases.cancelled);
        return send(response, this.state.case);
      case 'POST /registry':
        return send(response, state.case);
      case 'POST /orders':
        return send(response, this.#order());
      default:
        return refuse(response, 'not-found');
    }
  }

  /** Those of the division that was asked for come first; the others as they stand in the example. */
  #points(query: URLSearchParams): ServicePoints {
    const { points } = this.state;
    const isOwn = ({ district }: ServicePoint) => district.division === query.get('division');
    const nearest = [...points.filter(isOwn), ...points.filter((point) => !isOwn(point))];
    const districts = new Map(points.map(({ district }) => [district.division, district]));
    return {
      points: nearest.slice(0, Number(query.get('limit') ?? points.length)),
      total: points.length,
      districts: [...districts.values()],
    };
  }

  #confirm({ journey, comparison }: Case, seen: ConfirmRequest) {
    const added = (comparison?.rows ?? []).flatMap(({ kind, register }) =>
      kind !== 'name' && register !== null && seen.added.includes(kind) ? [{ kind, value: register }] : [],
    );
    const decision = { added, declined: seen.declined };
    if (journey === 'renewal') this.move({ ...decision, state: 'confirmed', next: 'choose-term' });
    else if (added.length > 0) this.move({ ...decision, state: 'ordered', next: 'write' });
    else this.move({ ...decision, state: 'unchanged', next: 'nothing', open: false, canCancel: false });
  }

  #order() {
    this.#orders += 1;
    const payload = { id: `order-${this.#orders}`, desk: '证书自助服务' };
    return { payload: Buffer.from(JSON.stringify(payload)).toString('base64'), signature: 'AAAA' };
  }

  #follow(response: ServerResponse) {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    this.#followers.add(response);
    response.on('close', () => this.#followers.delete(response));
    if (this.state.case) sendCase(response, this.state.case);
  }

  #page(path: string, response: ServerResponse) {
    const file = extname(path) === '' ? 'index.html' : path;
    const types: Record<string, string> = {
      '.html': 'text/html; charset=utf-8',
      '.js': 'text/javascript',
      '.css': 'text/css',
      '.svg': 'image/svg+xml',
    };
    response.writeHead(200, {
      'content-type': types[extname(file)] ?? 'application/octet-stream',
      'content-security-policy': contentSecurityPolicy,
      'cross-origin-opener-policy': 'same-origin-allow-popups',
    });
    if (file === '/old-browser.js') response.write(`${this.state.before}\n`);
    response.end(readFileSync(join(this.#pages, file)));
  }
}

function fresh(): FakeState {
  return {
    desk: { ...examples.desk, assistant: {} },
    served: 'yes',
    session: null,
    signsInAs: examples.session,
    offer: examples.offer,
    amendmentOffer,
    points: examples.points,
    case: null,
    failing: new Map(),
    before: '',
  };
}

function send(response: ServerResponse, body: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(JSON.stringify(body));
}

/** What any sentence of the table may want to say. */
const details = {
  from: '2026-10-16',
  on: '2025-01-15',
  number: examples.checking.number,
  seconds: 20,
  where: 'years',
  reference: '7f3a',
};

function refuse(response: ServerResponse, code: ErrorCode): void {
  const status = errorTable[code].status || 500;
  response.writeHead(status, { 'content-type': 'application/problem+json' });
  response.end(JSON.stringify(problem(code, details)));
}

function sendCase(response: ServerResponse, value: Case): void {
  response.write(`event: case\ndata: ${JSON.stringify(value)}\n\n`);
}
