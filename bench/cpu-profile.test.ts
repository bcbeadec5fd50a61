import { expect, test } from 'vitest';
import { areaOf, selfTimes } from './cpu-profile.mjs';

const node = (id: number, functionName: string, url = '') => ({
  id,
  callFrame: { functionName, url, lineNumber: 1 },
});

test('adds up self time by function and area, idle time left out, the end of the profile alone', () => {
  const nodes = [
    node(1, '(idle)'),
    node(2, 'sign', 'file:///x/packages/gm/dist/sm2/node-engine.js'),
    node(3, 'verify', 'file:///x/packages/gm/dist/sm2/node-engine.js'),
  ];
  const samples = [3, 1, 2, 3, 2];
  const timeDeltas = [0, 900_000, 1000, 6000, 3000];
  const { areas, functions, busyMs } = selfTimes({ nodes, samples, timeDeltas }, 0.01);
  expect(busyMs).toBe(9);
  expect(areas).toEqual([{ name: 'packages/gm', milliseconds: 9 }]);
  expect(functions).toEqual([
    { name: 'sign · packages/gm', milliseconds: 6 },
    { name: 'verify · packages/gm', milliseconds: 3 },
  ]);
});

test.each([
  ['file:///x/apps/server/dist/authority/embedded/embedded.js', 'apps/server authority'],
  ['file:///x/apps/server/dist/desk.js', 'apps/server desk'],
  ['file:///x/node_modules/kysely/dist/esm/a.js', 'kysely'],
  ['file:///x/node_modules/@fastify/cookie/plugin.js', '@fastify/cookie'],
  ['node:internal/crypto/keys', 'node:crypto'],
  ['node:net', 'node:net'],
])('%s is of %s', (url, area) => {
  expect(areaOf(node(1, 'f', url))).toBe(area);
});
