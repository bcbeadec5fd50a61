import { expect, test } from 'vitest';
import { lastUsed } from './last-used.ts';

test('makes a thing once while it is used, and forgets the one unused for longest', () => {
  const made: number[] = [];
  const things = lastUsed((octets) => {
    made.push(octets[0] ?? 0);
    return { first: octets[0] };
  }, 2);
  const of = (first: number) => things.of(Uint8Array.of(first, 0xff));
  expect(of(1)).toBe(of(1));
  of(2);
  of(1);
  of(3); // 2 goes
  of(1);
  of(2);
  expect(made).toEqual([1, 2, 3, 2]);
});

test('tells octets apart by all of them, and keeps no failure', () => {
  let calls = 0;
  const things = lastUsed((octets) => {
    calls += 1;
    if (octets.length === 0) throw new Error('empty');
    return octets.length;
  });
  expect([things.of(Uint8Array.of(0xc3, 0xa9)), things.of(Uint8Array.of(0xe9))]).toEqual([2, 1]);
  expect(() => things.of(new Uint8Array())).toThrow('empty');
  expect(() => things.of(new Uint8Array())).toThrow('empty');
  expect(calls).toBe(4);
});
