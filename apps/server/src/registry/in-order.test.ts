import { expect, test } from 'vitest';
import { inOrder } from './in-order.ts';
import type { Registry, RegistryAnswer } from './registry.ts';

const askedAt = new Date('2027-03-01T08:00:00Z');
const found: RegistryAnswer = {
  kind: 'found',
  entity: { name: '甲', state: 'active', numbers: [{ kind: 'uscc', value: '1' }] },
  askedAt,
  origin: { register: 'http', reference: 'r', saidAt: askedAt },
};
const said = {
  found,
  'found elsewhere': { ...found, entity: { ...found.entity, name: '乙' } },
  unknown: { kind: 'unknown', reason: 'no-such-number', askedAt },
  conflict: { kind: 'unknown', reason: 'conflict', askedAt },
  silent: { kind: 'silent', askedAt },
} satisfies Record<string, RegistryAnswer>;
type Said = keyof typeof said;

test.each<[first: Said, second: Said, together: Said, asked: number]>([
  ['found', 'found elsewhere', 'found', 1],
  ['found', 'silent', 'found', 1],
  ['conflict', 'found', 'conflict', 1],
  ['unknown', 'found', 'found', 2],
  ['unknown', 'unknown', 'unknown', 2],
  ['unknown', 'conflict', 'conflict', 2],
  ['unknown', 'silent', 'silent', 2],
  ['silent', 'found', 'found', 2],
  ['silent', 'unknown', 'silent', 2],
  ['silent', 'conflict', 'conflict', 2],
  ['silent', 'silent', 'silent', 2],
])('%s, then %s: %s', async (first, second, together, asked) => {
  const calls: unknown[][] = [];
  const register = (answer: Said): Registry => ({
    async find(...args) {
      calls.push(args);
      return said[answer];
    },
  });
  const registry = inOrder([register(first), register(second)], () => askedAt);
  const numbers = [{ kind: 'uscc', value: '1' }] as const;
  expect(await registry.find(numbers, '甲')).toEqual(said[together]);
  expect(calls).toEqual(Array.from({ length: asked }, () => [numbers, '甲']));
});
