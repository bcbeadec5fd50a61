import { afterAll, beforeEach, expect, test } from 'vitest';
import { createTestDatabase } from '../../../../../test/support/database.ts';
import { connectDatabase } from '../database/connect.ts';
import { addressBucket, databaseLimiter, sweepLimits } from './limits.ts';

const { url } = await createTestDatabase();
const one = connectDatabase<{ rate_limit: { bucket: string } }>(url);
const other = connectDatabase<{ rate_limit: { bucket: string } }>(url);
afterAll(() => Promise.all([one.end(), other.end()]));

let now = new Date('2026-01-01T00:00:00Z');
const later = (seconds: number) => {
  now = new Date(now.getTime() + seconds * 1000);
};
const nodes = [databaseLimiter(one.db, () => now), databaseLimiter(other.db, () => now)] as const;
beforeEach(() => later(86_400));

test('a limit holds over all nodes at once', async () => {
  const tries = Array.from({ length: 20 }, (_, at) =>
    nodes[at % 2 === 0 ? 0 : 1]('a', { count: 5, seconds: 60 }),
  );
  const passed = (await Promise.allSettled(tries)).filter(({ status }) => status === 'fulfilled');
  expect(passed).toHaveLength(5);
});

test('requests that come together are counted by few statements, each for what it costs', async () => {
  const ask = () => nodes[0]('together', { count: 50, seconds: 60 });
  await Promise.all(Array.from({ length: 49 }, ask));
  const last = await Promise.allSettled([ask(), ask(), ask()]);
  expect(last.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected']);
  later(1.2);
  await ask();
  await expect(ask()).rejects.toMatchObject({ code: 'too-many-requests' });
});

test('a refusal names the seconds after which one request passes, and no second request does', async () => {
  const ask = () => nodes[0]('b', { count: 2, seconds: 60 });
  await ask();
  later(10);
  await ask();
  await expect(ask()).rejects.toMatchObject({ code: 'too-many-requests', details: { seconds: 20 } });
  later(19);
  await expect(ask()).rejects.toMatchObject({ details: { seconds: 1 } });
  later(1);
  await ask();
  await expect(ask()).rejects.toMatchObject({ details: { seconds: 30 } });
});

test('buckets do not touch each other, and empty ones are swept', async () => {
  await nodes[0]('c', { count: 1, seconds: 60 });
  await nodes[0]('d', { count: 1, seconds: 600 });
  later(61);
  await sweepLimits(one.db, now);
  const buckets = await one.db.selectFrom('rate_limit').select('bucket').execute();
  expect(buckets).toEqual([{ bucket: 'd' }]);
});

test.each([
  ['203.0.113.9', '203.0.113.9'],
  ['::ffff:203.0.113.9', '203.0.113.9'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:0db8:1:2:ffff::', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
])('%s is limited as %s', (address, bucket) => {
  expect(addressBucket(address)).toBe(bucket);
});
