import { expect, test } from 'vitest';
import { inBatches } from './batch.ts';

test('what arrives while a batch is under way is the next batch', async () => {
  const batches: number[][] = [];
  const double = inBatches<number, number>(async (items) => {
    batches.push([...items]);
    await Promise.resolve();
    return items.map((item) => item * 2);
  });
  expect(await Promise.all([1, 2, 3, 4].map(double))).toEqual([2, 4, 6, 8]);
  expect(batches).toEqual([[1], [2, 3, 4]]);
});

test('an item that is refused or that breaks its batch takes nobody with it', async () => {
  const work = inBatches<number, number>(async (items) => {
    if (items.includes(13)) throw new Error('the whole batch failed');
    return items.map((item) => (item < 0 ? new Error('refused') : item));
  });
  const results = await Promise.allSettled([1, 13, -1, 2].map(work));
  expect(
    results.map((result) => (result.status === 'fulfilled' ? result.value : result.reason.message)),
  ).toEqual([1, 'the whole batch failed', 'refused', 2]);
  expect(await work(3)).toBe(3);
});
