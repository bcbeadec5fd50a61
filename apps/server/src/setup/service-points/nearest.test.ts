import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nearestFirst } from './nearest.ts';
import type { Point, Position } from './point.ts';

const point = (name: string, division: string, position: Position | null = null): Point => ({
  name,
  division,
  position,
  district: division,
  address: '某路 1 号',
  hours: '9:00–17:00',
  phone: '021-5550-0101',
});
const at = (latitude: number, longitude: number) => ({ latitude, longitude });
const names = (points: readonly Point[], division?: string) =>
  nearestFirst(points, division).map(({ point }) => point.name);

describe('nearest are', () => {
  test('those of the same district, then of the city, of the province, then others', () => {
    const points = [
      point('北京', '110101'),
      point('南京', '320102'),
      point('苏州工业', '320506'),
      point('吴江', '320509'),
    ];
    expect(names(points, '320509')).toEqual(['吴江', '苏州工业', '南京', '北京']);
    expect(names(points, '320100')).toEqual(['南京', '苏州工业', '吴江', '北京']);
  });

  test('among equals those closest to the middle of the district’s own, those without a position last', () => {
    const points = [
      point('自己的', '310104', at(31.19, 121.44)),
      point('远', '310115', at(30.9, 121.93)),
      point('不知道', '310101'),
      point('近', '310105', at(31.22, 121.42)),
    ];
    expect(names(points, '310104')).toEqual(['自己的', '近', '远', '不知道']);
    const [own, near, far, unknown] = nearestFirst(points, '310104');
    expect([own?.distance, unknown?.distance]).toEqual([0, null]);
    // 3′ of latitude and as much of longitude at 31° north, more or less: about 3.8 km; the far one 57 km.
    expect(near?.distance).toBeGreaterThan(3700);
    expect(near?.distance).toBeLessThan(3950);
    expect(Math.round((far?.distance ?? 0) / 1000)).toBe(57);
  });

  test('in the order of divisions and names, where nothing else tells them apart', () => {
    const points = [point('乙', '310115'), point('b', '310101'), point('a', '310101')];
    expect(names(points, '440106')).toEqual(['a', 'b', '乙']);
    expect(names(points)).toEqual(['a', 'b', '乙']);
  });

  test('told with no distance where a district’s own points have no middle', () => {
    const opposite = [point('a', '310101', at(0, 0)), point('b', '310101', at(0, 180))];
    expect(nearestFirst(opposite, '310101').map(({ distance }) => distance)).toEqual([null, null]);
  });

  test('measured across the date line and at the poles', () => {
    const east = point('东', '310101', at(0, 179.999));
    const west = point('西', '310102', at(0, -179.999));
    expect(nearestFirst([east, west], '310101')[1]?.distance).toBe(222);
    const pole = [point('a', '310101', at(90, 0)), point('b', '310102', at(90, 120))];
    expect(nearestFirst(pole, '310101')[1]?.distance).toBe(0);
  });
});

describe('whatever the list is,', () => {
  const division = fc.constantFrom('310101', '310104', '310115', '320506', '320509', '320102', '110101');
  const position = fc.option(
    fc.record({
      latitude: fc.double({ min: -90, max: 90, noNaN: true }),
      longitude: fc.double({ min: -180, max: 180, noNaN: true }),
    }),
  );
  const points = fc
    .uniqueArray(fc.tuple(fc.string({ maxLength: 4 }), division, position), { selector: ([name]) => name })
    .map((rows) => rows.map((row) => point(...row)));

  test('no point is lost or doubled, and the order does not depend on the one before', () => {
    fc.assert(
      fc.property(
        points,
        fc.option(division, { nil: undefined }),
        fc.func(fc.integer()),
        (list, asked, mix) => {
          const sorted = nearestFirst(list, asked);
          const byName = (all: readonly Point[]) => all.map(({ name }) => name).sort();
          expect(byName(sorted.map(({ point }) => point))).toEqual(byName(list));
          const mixed = list.toSorted((a, b) => mix(a.name) - mix(b.name));
          expect(nearestFirst(mixed, asked).map(({ point }) => point)).toEqual(
            sorted.map(({ point }) => point),
          );
        },
      ),
    );
  });

  test('nobody stands before one who shares more of the division, or is closer and shares as much', () => {
    const shared = (a: string, b: string) =>
      [6, 4, 2, 0].find((digits) => a.slice(0, digits) === b.slice(0, digits)) ?? 0;
    fc.assert(
      fc.property(points, division, (list, asked) => {
        const sorted = nearestFirst(list, asked);
        for (const [at, { point, distance }] of sorted.entries()) {
          const next = sorted[at + 1];
          if (!next) continue;
          const [mine, others] = [shared(point.division, asked), shared(next.point.division, asked)];
          expect(mine).toBeGreaterThanOrEqual(others);
          if (mine === others && next.distance !== null) expect(distance).toBeLessThanOrEqual(next.distance);
        }
      }),
    );
  });
});
