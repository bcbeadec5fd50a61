import { ServicePoints } from '@certdesk/contract';
import { expect, onTestFinished, test } from 'vitest';
import { createTestDatabase } from '../../../../../test/support/database.ts';
import { testServer } from '../../platform/http/http.test-support.ts';
import { openDatabase } from '../../schema/database.ts';
import { importPoints } from './import.ts';
import type { Point } from './point.ts';
import { servicePointRoutes } from './routes.ts';

const point = (name: string, division: string, district: string, latitude?: number): Point => ({
  ...{ name, division, district, address: '某路 1 号', hours: '9:00–17:00', phone: '021-5550-0101' },
  position: latitude === undefined ? null : { latitude, longitude: 121.4 },
});
const list = [
  point('徐汇', '310104', '徐汇区', 31.19),
  point('黄浦', '310101', '黄浦区', 31.23),
  point('浦东', '310115', '浦东新区'),
  point('苏州', '320506', '苏州市吴中区', 31.26),
];

async function serving() {
  const { url } = await createTestDatabase();
  const database = openDatabase(url);
  const counted: string[] = [];
  const limiter = async (bucket: string) => void counted.push(bucket);
  const { app } = await testServer({ limiter });
  onTestFinished(async () => {
    await app.close();
    await database.end();
  });
  await app.register(servicePointRoutes({ db: database.db, limit: { count: 300, seconds: 60 } }));
  const take = (points: readonly Point[]) =>
    importPoints(
      database.db,
      { points, source: 'points.csv', digest: '0'.repeat(64) },
      { actor: 'operator', now: new Date('2027-03-01T08:00:00Z') },
    );
  const get = (query = '', headers: Record<string, string> = {}) =>
    app.inject({ url: `/api/service-points${query}`, headers });
  const names = async (query: string) =>
    ServicePoints.parse((await get(query)).json()).points.map(({ name }) => name);
  return { take, get, names, counted };
}

test('service points are told to anybody, nearest first, with the districts to choose from', async () => {
  const { take, get, names, counted } = await serving();
  expect((await get()).json()).toEqual({ points: [], total: 0, districts: [] });
  await take(list);
  const { points, total, districts } = ServicePoints.parse((await get('?division=310104&limit=3')).json());
  expect(points.map(({ name, distance }) => [name, distance])).toEqual([
    ['徐汇', 0],
    ['黄浦', 4448],
    ['浦东', null],
  ]);
  expect(points[0]).toMatchObject({
    district: { division: '310104', name: '徐汇区' },
    position: { latitude: 31.19, longitude: 121.4 },
  });
  expect(total).toBe(4);
  expect(districts.map(({ name }) => name)).toEqual(['黄浦区', '徐汇区', '浦东新区', '苏州市吴中区']);
  expect(await names('?division=320500')).toEqual(['苏州', '黄浦', '徐汇', '浦东']);
  expect(await names('')).toEqual(['黄浦', '徐汇', '浦东', '苏州']);
  expect(counted).toEqual(Array(4).fill('GET /api/service-points 127.0.0.1'));
});

test('an answer may be kept for a while, and is not sent again until it is another one', async () => {
  const { take, get } = await serving();
  await take(list);
  const first = await get('?division=310104');
  expect(first.headers['cache-control']).toBe('public, max-age=60, must-revalidate');
  const etag = String(first.headers.etag);
  const again = await get('?division=310104', { 'if-none-match': etag });
  expect([again.statusCode, again.body, again.headers.etag]).toEqual([304, '', etag]);
  expect((await get('?division=310101', { 'if-none-match': etag })).statusCode).toBe(200);
  await take(list.slice(1));
  expect((await get('?division=310104', { 'if-none-match': etag })).statusCode).toBe(200);
});

test.each(['?division=3101', '?division=31010a', '?limit=0', '?limit=101', '?limit=x', '?near=310104'])(
  'a question that cannot be meant is refused: %s',
  async (query) => {
    const { get } = await serving();
    const answer = await get(query);
    expect([answer.statusCode, answer.json().code]).toEqual([400, 'request-invalid']);
  },
);
