/**
 * A server to be killed: the desk as main.ts runs it, with its requests and its transactions as points. Both are wrapped
 * from outside, at Node's HTTP server and at the PostgreSQL driver.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Server, ServerResponse } from 'node:http';
import pg from 'pg';
import { openDesk } from '../../apps/server/src/desk.ts';
import { createLog } from '../../apps/server/src/platform/telemetry/log.ts';
import { readConfiguration } from '../../apps/server/src/setup/configuration.ts';
import { answer, reach, tell } from './child-side.ts';
import { type RegisterMood, registerSays } from './register.ts';

export interface DeskSettings {
  readonly configurationFile: string;
  readonly databaseUrl: string;
  readonly passphrase: string;
  readonly now: string;
  readonly register: RegisterMood;
  readonly pages: boolean;
}

const settings = JSON.parse(process.argv[2] ?? '') as DeskSettings;
let now = new Date(settings.now);
let { register } = settings;
/** Which request something is done for. */
const asked = new AsyncLocalStorage<string>();

pointsAtCommits();
const desk = await openDesk({
  configuration: await readConfiguration(settings.configurationFile),
  databaseUrl: settings.databaseUrl,
  passphrase: settings.passphrase,
  log: createLog('error'),
  clock: () => now,
  ...(!settings.pages && { pages: null }),
  registry: () => ({
    find: async (numbers, name = '') => registerSays(register, { numbers, name }, now),
  }),
});
pointsAtRequests(desk.app.server);
const address = new URL(await desk.app.listen({ host: '127.0.0.1', port: 0 }));
answer({
  setClock: (instant: string) => {
    now = new Date(instant);
  },
  setRegister: (mood: RegisterMood) => {
    register = mood;
  },
  stop: () => desk.stop(),
});
tell('listening', Number(address.port));

/** Progress decides nothing and is told without waiting, so that it has no place in the order of things. */
const progress = 'POST /api/orders/progress';
const isPoint = (name: string) => name.startsWith('POST /api/') && name !== progress;

function pointsAtRequests(server: Server): void {
  const handlers = server.listeners('request') as ((...args: unknown[]) => void)[];
  server.removeAllListeners('request');
  server.on('request', async (request, response) => {
    const path = (request.url ?? '').split('?')[0]?.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, ':id');
    const name = `${request.method} ${path}`;
    if (isPoint(name)) {
      await reach({ kind: 'http', name, side: 'before' });
      holdAnswer(response, () => reach({ kind: 'http', name, side: 'after' }));
    }
    asked.run(name, () => {
      for (const handle of handlers) handle.call(server, request, response);
    });
  });
}

function holdAnswer(response: ServerResponse, held: () => Promise<unknown>): void {
  const end = response.end.bind(response) as (...args: unknown[]) => ServerResponse;
  response.end = ((...args: unknown[]) => {
    void held().then(() => end(...args));
    return response;
  }) as ServerResponse['end'];
}

type Query = (...args: unknown[]) => Promise<unknown>;

function pointsAtCommits(): void {
  const { prototype } = pg.Client;
  const query = prototype.query as Query;
  prototype.query = async function (this: { written?: Set<string> }, ...args: unknown[]) {
    const run: Query = (...other) => query.apply(this, other);
    const [first] = args;
    const text = typeof first === 'string' ? first : (first as { text?: unknown } | undefined)?.text;
    if (typeof text !== 'string' || typeof args.at(-1) === 'function') return run(...args);
    if (text === 'begin') this.written = new Set();
    for (const [, table = ''] of text.matchAll(/(?:insert into|update|delete from) "?(\w+)"? /g))
      this.written?.add(table);
    const written = this.written ?? new Set();
    const name = text === 'commit' && asked.getStore() !== progress && (await nameOf(written, run));
    if (!name) return run(...args);
    await reach({ kind: 'commit', name, side: 'before' });
    const result = await run(...args);
    await reach({ kind: 'commit', name, side: 'after' });
    return result;
  } as typeof prototype.query;
}

/** @returns the transition, or the tables, that the transaction which is about to commit has written */
async function nameOf(written: ReadonlySet<string>, query: Query): Promise<string | undefined> {
  if (written.has('case_event')) {
    const { rows } = (await query(
      'select from_state, to_state, event from case_event where xmin = pg_current_xact_id()::xid order by version',
    )) as pg.QueryResult<{ from_state: string | null; to_state: string; event: string }>;
    const names = rows.map((row) => `${row.from_state ?? 'start'} → ${row.to_state} (${row.event})`);
    if (names.length > 0) return names.join(', ');
  }
  // What no request asked for goes on beside any journey, whenever it likes: the sealer, jobs.
  if (!asked.getStore()) return undefined;
  return [...written].filter((table) => !table.startsWith('audit_')).join(', ') || undefined;
}
