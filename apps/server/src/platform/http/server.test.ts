import { afterEach, expect, test } from 'vitest';
import { z } from 'zod';
import { DeskError } from '../error.ts';
import type { App } from './app.ts';
import { deskCookie } from './cookie.ts';
import { origin, testServer } from './http.test-support.ts';

const apps: App[] = [];
afterEach(async () => {
  for (const app of apps.splice(0)) await app.close();
});

async function server(options?: Parameters<typeof testServer>[0]) {
  const { app, lines } = await testServer(options);
  apps.push(app);
  const schema = {
    body: z.strictObject({ count: z.int().max(9) }),
    response: { 200: z.object({ twice: z.int() }) },
  };
  app.post('/api/twice', { schema }, async (request) => ({ twice: 2 * request.body.count }));
  app.get('/api/secret', async () => {
    throw new Error('the cupboard is under the stairs');
  });
  app.get('/api/late', async () => {
    throw new DeskError('too-many-requests', { seconds: 7 });
  });
  app.get('/api/gone', async () => {
    throw Object.assign(new Error('terminating connection'), { code: '57P01' });
  });
  return { app, lines };
}

test('a request that fits its schema is answered, one that does not is told where', async () => {
  const { app } = await server();
  const post = (payload: object) => app.inject({ method: 'POST', url: '/api/twice', payload });
  expect((await post({ count: 4 })).json()).toEqual({ twice: 8 });
  const refused = await post({ count: 10 });
  expect(refused.statusCode).toBe(400);
  expect(refused.json()).toMatchObject({ code: 'request-invalid', details: { where: 'body: count' } });
  expect((await post({ count: 1, more: 1 })).statusCode).toBe(400);
});

test.each([
  ['not JSON', { 'content-type': 'application/json' }, '{', 400, 'request-invalid'],
  ['nothing at all', { 'content-type': 'application/json' }, '', 400, 'request-invalid'],
  ['another type', { 'content-type': 'text/plain' }, 'count=1', 400, 'request-invalid'],
  ['a form', { 'content-type': 'application/x-www-form-urlencoded' }, 'count=1', 400, 'request-invalid'],
  ['too much', { 'content-type': 'application/json' }, `"${'x'.repeat(70_000)}"`, 413, 'request-too-large'],
])('a body that is %s is refused', async (_, headers, payload, status, code) => {
  const { app } = await server();
  const answer = await app.inject({ method: 'POST', url: '/api/twice', headers, payload });
  expect([answer.statusCode, answer.json().code]).toEqual([status, code]);
});

test('an unexpected error tells a reference that leads to the log, and nothing else', async () => {
  const { app, lines } = await server();
  const answer = await app.inject('/api/secret');
  expect(answer.statusCode).toBe(500);
  expect(answer.body).not.toContain('cupboard');
  const { details } = answer.json();
  expect(answer.headers['x-request-id']).toBe(details.reference);
  expect(lines.find((line) => line.includes('cupboard'))).toContain(details.reference);
});

test('every problem has its status, its sentences and is not kept by caches', async () => {
  const { app } = await server();
  const late = await app.inject('/api/late');
  expect(late.statusCode).toBe(429);
  expect(late.headers).toMatchObject({ 'retry-after': '7', 'cache-control': 'no-store' });
  expect(late.headers['content-type']).toContain('application/problem+json');
  expect(late.json().sentence.zh).toContain('7 秒');
  const gone = await app.inject('/api/gone');
  expect([gone.statusCode, gone.json().code]).toEqual([503, 'database-unavailable']);
  const nowhere = await app.inject('/api/nowhere');
  expect([nowhere.statusCode, nowhere.json().code]).toEqual([404, 'not-found']);
  expect((await app.inject('/%E0%A4%A')).json().code).toBe('request-invalid');
});

test('every answer carries the security headers, errors too', async () => {
  const { app } = await server();
  for (const url of ['/healthz', '/api/nowhere', '/api/secret']) {
    const { headers } = await app.inject(url);
    expect(headers['content-security-policy']).toMatch(
      /^default-src 'none'; script-src 'self'; style-src 'self';/,
    );
    expect(headers).toMatchObject({
      'cross-origin-opener-policy': 'same-origin-allow-popups',
      'strict-transport-security': 'max-age=31536000',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    });
    expect(headers).not.toHaveProperty('access-control-allow-origin');
  }
});

test.each([
  ['our own page', { cookie: 's=1', origin }, 200],
  ['a program without cookies', {}, 200],
  ['another site', { cookie: 's=1', origin: 'https://evil.example' }, 403],
  ['another site before there is a cookie', { origin: 'https://evil.example' }, 403],
  ['another port of our host', { cookie: 's=1', origin: `${origin}:8443` }, 403],
  ['a sandboxed frame', { cookie: 's=1', origin: 'null' }, 403],
  ['nobody knows where, with a cookie', { cookie: 's=1' }, 403],
])('a change asked for by %s', async (_, headers, status) => {
  const { app } = await server();
  const answer = await app.inject({ method: 'POST', url: '/api/twice', headers, payload: { count: 1 } });
  expect(answer.statusCode).toBe(status);
  if (status === 403) expect(answer.json().code).toBe('origin-refused');
});

test('the log has the path and nothing that might be secret', async () => {
  const { app, lines } = await server();
  const headers = { cookie: 'certdesk=sesame', authorization: 'Bearer sesame' };
  await app.inject({ url: '/api/secret?token=sesame', headers });
  expect(lines.join('')).toContain('"path":"/api/secret"');
  expect(lines.join('')).not.toContain('sesame');
});

test('a cookie is out of reach of scripts, other sites and sister domains', async () => {
  const { app } = await server();
  const cookie = deskCookie(origin, 'certdesk');
  app.get('/api/in', async (request, reply) => {
    cookie.set(reply, 'value', 60);
    return { had: cookie.read(request) ?? null };
  });
  const answer = await app.inject({
    url: '/api/in',
    headers: { cookie: '__Host-certdesk=old; certdesk=planted' },
  });
  expect(answer.json()).toEqual({ had: 'old' });
  expect(answer.headers['set-cookie']).toBe(
    '__Host-certdesk=value; Max-Age=60; Path=/; HttpOnly; Secure; SameSite=Strict',
  );
  expect(deskCookie('http://localhost:1', 'certdesk').name).toBe('certdesk');
});

test('the address behind a proxy is believed from that proxy alone', async () => {
  const buckets: string[] = [];
  const limiter = async (bucket: string) => void buckets.push(bucket);
  const { app } = await server({ limiter, trustProxy: ['10.0.0.1'] });
  app.get('/api/limited', { config: { limit: { count: 1, seconds: 1 } } }, async () => ({}));
  const headers = { 'x-forwarded-for': '203.0.113.9' };
  await app.inject({ url: '/api/limited', headers, remoteAddress: '10.0.0.1' });
  await app.inject({ url: '/api/limited', headers, remoteAddress: '10.0.0.2' });
  expect(buckets).toEqual(['GET /api/limited 203.0.113.9', 'GET /api/limited 10.0.0.2']);
});

test('the description holds the routes with their schemas and what a problem looks like', async () => {
  const { app } = await server();
  const document = (await app.inject('/api/openapi.json')).json();
  expect(document.openapi).toBe('3.1.0');
  const { post } = document.paths['/api/twice'];
  expect(post.requestBody.content['application/json'].schema.properties.count).toMatchObject({ maximum: 9 });
  expect(post.responses.default.content).toHaveProperty(['application/problem+json']);
  expect(document.paths).not.toHaveProperty('/healthz');
});

test('the reading page holds no inline script and is allowed none', async () => {
  const { app } = await server();
  const page = await app.inject('/api/docs');
  expect(page.statusCode).toBe(200);
  expect(page.headers['content-security-policy']).toContain("script-src 'self';");
  for (const [, attributes, content] of page.body.matchAll(/<script([^>]*)>([^<]*)<\/script>/g)) {
    const source = /src="([^"]+)"/.exec(attributes ?? '')?.[1] ?? '';
    expect(content?.trim()).toBe('');
    const script = await app.inject(new URL(source, `${origin}/api/docs`).pathname);
    expect([source, script.statusCode]).toEqual([source, 200]);
  }
});

test('the process lives, and is ready only when it can serve', async () => {
  let away = true;
  const { app } = await server({
    ready: async () => {
      if (away) throw new DeskError('database-unavailable');
    },
  });
  expect((await app.inject('/healthz')).statusCode).toBe(200);
  expect((await app.inject('/readyz')).statusCode).toBe(503);
  away = false;
  expect((await app.inject('/readyz')).statusCode).toBe(200);
});

test('figures are for the operator alone and name routes, not addresses', async () => {
  const { app } = await server({ metricsFrom: ['192.0.2.0/24'] });
  app.get('/api/case/:id', async () => ({}));
  await app.inject('/api/case/4711');
  const figures = await app.inject({ url: '/metrics', remoteAddress: '192.0.2.77' });
  expect(figures.body).toContain('route="/api/case/:id",status="200"');
  expect(figures.body).not.toContain('4711');
  expect((await app.inject({ url: '/metrics', remoteAddress: '192.0.3.1' })).statusCode).toBe(404);
});
