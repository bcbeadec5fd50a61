import fc from 'fast-check';
import { expect, test } from 'vitest';
import { valueAt } from './pointer.ts';

// RFC 6901 §5
const example = {
  foo: ['bar', 'baz'],
  '': 0,
  'a/b': 1,
  'c%d': 2,
  'e^f': 3,
  'g|h': 4,
  'i\\j': 5,
  'k"l': 6,
  ' ': 7,
  'm~n': 8,
};
test.each([
  ['', example],
  ['/foo', ['bar', 'baz']],
  ['/foo/0', 'bar'],
  ['/', 0],
  ['/a~1b', 1],
  ['/c%d', 2],
  ['/e^f', 3],
  ['/g|h', 4],
  ['/i\\j', 5],
  ['/k"l', 6],
  ['/ ', 7],
  ['/m~0n', 8],
])('“%s” points as the standard says', (pointer, value) => {
  expect(valueAt(example, pointer)).toEqual(value);
});

test.each([
  '/none',
  '/foo/2',
  '/foo/00',
  '/foo/-',
  '/foo/length',
  '/foo/0/0',
  '/toString',
  '/__proto__',
  '/a~1b/c',
])('“%s” points to nothing', (pointer) => {
  expect(valueAt(example, pointer)).toBeUndefined();
});

test('every value of any JSON is found by its pointer', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (json) => {
      for (const { pointer, value } of places(json)) expect(valueAt(json, pointer)).toBe(value);
    }),
  );
});

test('any pointer into any JSON gives a value of it, or nothing', () => {
  const step = fc.oneof(
    fc.string(),
    fc.nat(3).map(String),
    fc.constantFrom('__proto__', 'constructor', '~0'),
  );
  fc.assert(
    fc.property(fc.jsonValue(), fc.array(step), (json, steps) => {
      const value = valueAt(json, steps.map((one) => `/${one.replaceAll('/', '~1')}`).join(''));
      if (value !== undefined) expect(places(json).map((place) => place.value)).toContain(value);
    }),
  );
});

function places(value: unknown, pointer = ''): { pointer: string; value: unknown }[] {
  const inside = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  const escaped = (key: string) => key.replaceAll('~', '~0').replaceAll('/', '~1');
  return [{ pointer, value }, ...inside.flatMap(([key, each]) => places(each, `${pointer}/${escaped(key)}`))];
}
