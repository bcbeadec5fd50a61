import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { KeyRing } from '../keys/ring.ts';
import { silentLog } from '../log.ts';
import { executeOrder } from '../orders/execute.ts';
import { OrderServer } from '../orders/server.ts';
import { type Bench, never, openBench } from '../test-support/bench.test-support.ts';
import { loadWindowPage } from './page.ts';
import { type LocalServer, listenLocally } from './server.ts';
import type { OrderState } from './views.ts';
import { Windows } from './windows.ts';

let bench: Bench;
let folder: string;
let ring: KeyRing;
let local: LocalServer;
let clock = 0;

beforeEach(async () => {
  bench = await openBench();
  folder = mkdtempSync(join(tmpdir(), 'certdesk-window-'));
  writeFileSync(join(folder, 'main.js'), 'document.title = "</script>";');
  writeFileSync(join(folder, 'main.css'), 'body{}');
  ring = new KeyRing([bench.driver]);
  clock = 0;
  local = await listenLocally(0, {
    windows: new Windows(() => clock),
    ring,
    desks: [bench.desk.trusted],
    phrase: '蓝色茶壶',
    language: 'zh',
    version: '0.0.0-test',
    log: silentLog,
    page: loadWindowPage(folder),
    instanceSecret: 'instance-secret',
    now: () => clock,
    run: (trusted, dialogue) => {
      const server = new OrderServer({ server: bench.desk.base, sleep: async () => undefined });
      return executeOrder(trusted, { ring, server, dialogue, pause: never });
    },
  });
});
afterEach(async () => {
  await local.close();
  ring.close();
  await bench.stop();
  rmSync(folder, { recursive: true });
});

interface Answer {
  status: number;
  headers: Record<string, unknown>;
  body: string;
}

const own = () => `127.0.0.1:${local.port}`;
const navigation = {
  'sec-fetch-mode': 'navigate',
  'sec-fetch-dest': 'document',
  'sec-fetch-site': 'cross-site',
};

function ask(
  method: string,
  path: string,
  headers: Record<string, string> = {},
  body?: string,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = { host: own(), ...headers };
    const request = httpRequest(
      { port: local.port, host: '127.0.0.1', method, path, headers: sent },
      (response) => {
        let text = '';
        response.on('data', (chunk) => {
          text += chunk;
        });
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }),
        );
      },
    );
    request.on('error', reject);
    request.end(body);
  });
}

function start(page: string): { mode: string; secret: string; [name: string]: unknown } {
  return JSON.parse(/id="certdesk-start">(.*?)<\/script>/.exec(page)?.[1] ?? '');
}

async function openWindow(): Promise<string> {
  return start((await ask('GET', '/window', navigation)).body).secret;
}

const scriptHeaders = (secret: string) => ({
  origin: `http://${own()}`,
  'content-type': 'application/json',
  'sec-fetch-site': 'same-origin',
  'sec-fetch-mode': 'cors',
  'sec-fetch-dest': 'empty',
  'x-certdesk-window': secret,
});

async function call<T = OrderState>(
  secret: string,
  path: string,
  body: unknown,
): Promise<{ status: number; body: T }> {
  const answer = await ask('POST', path, scriptHeaders(secret), JSON.stringify(body));
  return { status: answer.status, body: answer.body ? JSON.parse(answer.body) : undefined };
}

async function until(secret: string, phase: OrderState['phase']): Promise<OrderState> {
  for (let after = -1; ; ) {
    const { body } = await call(secret, '/api/order/state', { after });
    if (body.phase === phase) return body;
    after = body.version;
  }
}

const showOrder = (secret: string, order: unknown, origin = bench.desk.base) =>
  call(secret, '/api/order/show', { order, origin, language: 'zh' });

it('shows an order window that knows nothing yet, under a policy that allows only its own script and style', async () => {
  const answer = await ask('GET', '/window', navigation);
  expect(answer.status).toBe(200);
  const policy = String(answer.headers['content-security-policy']);
  const script = /<script type="module">([\s\S]*?)<\/script>/.exec(answer.body)?.[1] ?? '';
  expect(script).toContain('document.title');
  expect(policy).toContain(`script-src 'sha256-${createHash('sha256').update(script).digest('base64')}'`);
  expect(policy).toContain("frame-ancestors 'none'");
  expect(answer.headers['cross-origin-resource-policy']).toBe('same-origin');
  expect(answer.headers['access-control-allow-origin']).toBeUndefined();
  expect(answer.body).not.toContain('蓝色茶壶');
  expect(start(answer.body)).toMatchObject({ mode: 'order', origins: [bench.desk.base] });
});

it('gives strangers the same bare 404 for everything', async () => {
  const secret = await openWindow();
  const good = scriptHeaders(secret);
  const { 'x-certdesk-window': _, ...noSecret } = good;
  const { origin: __, ...noOrigin } = good;
  const body = '{"after":-1}';
  const strangers: Promise<Answer>[] = [
    ask('GET', '/'),
    ask('GET', '/favicon.ico'),
    ask('GET', '/window?x', navigation),
    ask('GET', '/window', { host: `localhost:${local.port}` }),
    ask('GET', '/window', { host: 'evil.example' }),
    ask('GET', '/window', { origin: 'https://evil.example' }),
    ask('GET', '/window', { ...navigation, 'sec-fetch-dest': 'iframe' }),
    ask('GET', '/window', { 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'script' }),
    ask('GET', '/own?ticket=x', { ...navigation, 'sec-fetch-site': 'none' }),
    ask('OPTIONS', '/api/order/state', { origin: 'https://evil.example' }),
    ask('POST', '/api/order/state', noSecret, body),
    ask('POST', '/api/order/state', noOrigin, body),
    ask('POST', '/api/order/state', { ...good, host: 'evil.example' }, body),
    ask('POST', '/api/order/state', { ...good, origin: 'https://evil.example' }, body),
    ask('POST', '/api/order/state', { ...good, origin: 'null' }, body),
    ask('POST', '/api/order/state', { ...good, 'sec-fetch-site': 'cross-site' }, body),
    ask('POST', '/api/order/state', { ...good, 'sec-fetch-mode': 'no-cors' }, body),
    ask('POST', '/api/order/state', { ...good, 'sec-fetch-dest': 'image' }, body),
    ask('POST', '/api/order/state', { ...good, 'content-type': 'text/plain' }, body),
    ask('POST', '/api/order/state', { ...good, 'x-certdesk-window': `${secret.slice(1)}x` }, body),
    ask('POST', '/api/own/keys', good, body),
    ask('POST', '/ticket', { authorization: 'Bearer wrong' }),
    ask('POST', '/ticket', { authorization: 'Bearer instance-secret', origin: 'https://evil.example' }),
  ];
  for (const answer of await Promise.all(strangers)) {
    expect(answer).toEqual({
      status: 404,
      headers: { 'content-length': '0', connection: 'close' },
      body: '',
    });
  }
  expect((await ask('POST', '/api/order/state', good, body)).status).toBe(200);
});

it('takes no body over 64 KB', async () => {
  const secret = await openWindow();
  const answer = await ask('POST', '/api/order/show', scriptHeaders(secret), `"${'x'.repeat(65 * 1024)}"`);
  expect(answer.status).toBe(413);
});

it('answers a flood with nothing', async () => {
  const answers = await Promise.all(Array.from({ length: 150 }, () => ask('GET', '/window', navigation)));
  expect(answers.filter(({ status }) => status === 404).length).toBeGreaterThanOrEqual(30);
  clock += 10_000;
  expect((await ask('GET', '/window', navigation)).status).toBe(200);
});

it('shows nothing of an order that is not trusted', async () => {
  const secret = await openWindow();
  const signed = bench.desk.sign(bench.desk.renewalOrder());
  const answer = await showOrder(secret, signed, 'https://evil.example');
  expect(answer).toMatchObject({ status: 500, body: { code: 'order-untrusted' } });
  expect((await call(secret, '/api/order/state', { after: -1 })).body).toEqual({
    version: 0,
    phase: 'empty',
  });
});

it('carries out a renewal: order in words, wrong PIN, PIN, progress, result', async () => {
  const secret = await openWindow();
  const { body: first } = await showOrder(secret, bench.desk.sign(bench.desk.renewalOrder()));
  if (first.phase !== 'pin') throw new Error(first.phase);
  expect(first.order).toMatchObject({
    purpose: 'renewal',
    phrase: '蓝色茶壶',
    entityName: '上海示例贸易有限公司',
  });
  const certificate = first.certificates[0]?.certificate.digest;
  const wrong = await call(secret, '/api/order/pin', { certificate, pin: 'Wrong-1' });
  expect(wrong.body).toMatchObject({
    phase: 'pin',
    problem: 'incorrect',
    certificates: [{ pin: { tries: 5 } }],
  });
  const right = await call(secret, '/api/order/pin', { certificate, pin: bench.store.pin });
  expect(['working', 'done']).toContain(right.body.phase);
  const done = await until(secret, 'done');
  expect(done).toMatchObject({
    result: { purpose: 'renewal', certificate: { signing: { entityName: '上海示例贸易有限公司' } } },
  });
  expect(JSON.stringify(done)).not.toContain(bench.store.pin);
  expect(bench.desk.state).toBe('done');
});

it('works on one order at a time, until the other window is closed and silent', async () => {
  const first = await openWindow();
  const second = await openWindow();
  const order = () => bench.desk.sign(bench.desk.renewalOrder());
  await showOrder(first, order());
  expect((await showOrder(second, order())).body).toMatchObject({ code: 'order-busy' });
  clock += 61_000;
  expect((await showOrder(second, order())).body.phase).toBe('pin');
  expect((await call(first, '/api/order/state', { after: -1 })).body.phase).toBe('declined');
});

it('lets the clerk decline, and the key be put in later', async () => {
  bench.driver.pull();
  const secret = await openWindow();
  const { body } = await showOrder(secret, bench.desk.sign(bench.desk.renewalOrder()));
  expect(body).toMatchObject({ phase: 'key', code: 'key-missing' });
  bench.driver.insert();
  await until(secret, 'pin');
  expect((await call(secret, '/api/order/decline', {})).body.phase).toBe('declined');
  expect(bench.desk.calls).toEqual([]);
});

it('opens the own window for a ticket, once', async () => {
  const ticket = async () => {
    const answer = await ask('POST', '/ticket', { authorization: 'Bearer instance-secret' });
    return JSON.parse(answer.body).ticket as string;
  };
  const typed = { ...navigation, 'sec-fetch-site': 'none' };
  const one = await ticket();
  expect((await ask('GET', `/own?ticket=${one}`, navigation)).status).toBe(404);
  const page = await ask('GET', `/own?ticket=${one}`, typed);
  expect((await ask('GET', `/own?ticket=${one}`, typed)).status).toBe(404);
  const late = await ticket();
  clock += 61_000;
  expect((await ask('GET', `/own?ticket=${late}`, typed)).status).toBe(404);

  const { secret, phrase } = start(page.body);
  expect(phrase).toBe('蓝色茶壶');
  const { body } = await call<{ keys: { ref: string; certificates: unknown[] }[] }>(secret, '/api/own/keys', {
    after: -1,
  });
  expect(body.keys).toMatchObject([{ certificates: [{ signing: { entityName: '上海示例贸易有限公司' } }] }]);
  const key = body.keys[0]?.ref;
  const answers = [
    await call(secret, '/api/own/verify-pin', { key, pin: bench.store.pin }),
    await call(secret, '/api/own/verify-pin', { key, pin: 'Wrong-1' }),
    await call(secret, '/api/own/change-pin', { key, pin: 'Wrong-1', newPin: 'short' }),
  ];
  expect(answers.map(({ body }) => body)).toMatchObject([
    { result: 'ok', pin: { tries: 6 } },
    { result: 'incorrect', pin: { tries: 5 } },
    { result: 'format', pin: { tries: 5 } },
  ]);
  bench.store.tries = 1;
  const last = await call(secret, '/api/own/verify-pin', { key, pin: bench.store.pin });
  expect(last.body).toMatchObject({ result: 'last-try' });
  expect((await call(secret, '/api/order/state', { after: -1 })).status).toBe(404);
});
