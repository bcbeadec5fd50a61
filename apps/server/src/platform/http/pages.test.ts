import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { testServer } from './http.test-support.ts';

const root = await mkdtemp(join(tmpdir(), 'certdesk-pages-'));
const folder = join(root, 'pages');
await mkdir(join(folder, 'assets'), { recursive: true });
await writeFile(join(root, 'outside.txt'), 'outside');
await writeFile(join(folder, 'index.html'), '<title>desk</title>');
await writeFile(join(folder, '.hidden'), 'hidden');
await writeFile(join(folder, 'assets', 'index-abc123.js'), '1');
const { app } = await testServer({ pages: folder });
afterAll(async () => {
  await app.close();
  await rm(root, { recursive: true });
});

test('files named by digest are kept, pages are asked for again', async () => {
  const asset = await app.inject('/assets/index-abc123.js');
  expect(asset.headers['cache-control']).toBe('public, max-age=31536000, immutable');
  for (const url of ['/', '/index.html', '/renewal/4711', '/cases?x=a.b']) {
    const page = await app.inject(url);
    expect([url, page.statusCode, page.headers['cache-control']]).toEqual([url, 200, 'no-cache']);
    expect(page.body).toContain('<title>desk');
    expect(page.headers['content-security-policy']).toContain("default-src 'none'");
  }
});

test.each([
  '/assets/old-digest.js',
  '/api/nowhere',
  '/api',
  '/favicon.ico',
  '/../outside.txt',
  '/%2e%2e/outside.txt',
  '/.hidden',
])('%s is no page', async (url) => {
  const answer = await app.inject(url);
  expect(answer.statusCode).toBeGreaterThanOrEqual(400);
  expect(answer.body).not.toMatch(/desk<|^outside|^hidden/);
});

test('only reading is answered with a page', async () => {
  expect((await app.inject({ method: 'POST', url: '/renewal', payload: {} })).statusCode).toBe(404);
  expect((await app.inject({ method: 'HEAD', url: '/renewal' })).statusCode).toBe(200);
});
