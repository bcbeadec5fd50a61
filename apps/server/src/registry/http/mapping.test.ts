import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readAnswer } from './mapping.ts';
import { NoAnswer } from './no-answer.ts';

const mapping = {
  found: { at: '/code', values: { '0': true, '404': false } },
  name: '/data/name',
  state: { at: '/data/state', values: { 存续: 'active', 注销: 'closed' } },
  division: '/data/region',
  numbers: { uscc: '/data/ids/0', socialInsurance: '/data/ids/1' },
} as const;
const asked = { kind: 'uscc', value: '91310106669433828F' } as const;
const data = {
  name: ' 上海示例贸易有限公司 ',
  state: '存续',
  region: 310106,
  ids: ['91310106669433828f', 12345],
};
const read = (change: object = {}, all: object = {}) =>
  readAnswer({ code: 0, data: { ...data, ...change }, ...all }, mapping, asked);

test('an entity is read where the pointers say', () => {
  expect(read()).toEqual({
    name: '上海示例贸易有限公司',
    state: 'active',
    division: '310106',
    numbers: [asked, { kind: 'socialInsurance', value: '12345' }],
  });
});

test('what it may lack it may lack', () => {
  expect(read({ region: null, ids: ['91310106669433828F', ''], state: '注销' })).toEqual({
    name: '上海示例贸易有限公司',
    state: 'closed',
    numbers: [asked],
  });
});

test('“there is none” is read as such, without an entity beside it', () => {
  expect(readAnswer({ code: '404' }, mapping, asked)).toBeNull();
});

test('any other value than the named ones can be taken for found', () => {
  const any = { ...mapping, found: { at: '/data', values: { null: false, '*': true } } };
  expect(readAnswer({ data: null }, any, asked)).toBeNull();
  expect(readAnswer({ data }, any, asked)).toMatchObject({ state: 'active' });
});

describe('an answer that is not as configured is told with its place', () => {
  test.each<[string, () => unknown, string]>([
    [
      'nothing says whether it was found',
      () => readAnswer([], mapping, asked),
      'answer.found: “/code” points to nothing',
    ],
    [
      'something unknown does',
      () => read({}, { code: 1 }),
      'answer.found: “/code” has a value that is not among',
    ],
    ['no name', () => read({ name: '' }), 'answer.name: “/data/name” points to nothing'],
    [
      'a name that is none',
      () => read({ name: { zh: '某' } }),
      'answer.name: “/data/name” points to nothing',
    ],
    [
      'an unknown state',
      () => read({ state: '吊销' }),
      'answer.state: “/data/state” has a value that is not among',
    ],
    ['a state by an inherited name', () => read({ state: 'toString' }), 'answer.state'],
    [
      'a division that is none',
      () => read({ region: '上海市' }),
      'answer.division: “/data/region” has no six digits',
    ],
    [
      'a number that is none',
      () => read({ ids: [asked.value, '1'.repeat(65)] }),
      'answer.numbers.socialInsurance',
    ],
    ['another entity', () => read({ ids: ['91310000631291289X'] }), 'another number than was asked for'],
    ['no number at all', () => read({ ids: [] }), 'another number than was asked for'],
  ])('%s', (_, attempt, said) => {
    expect(attempt).toThrow(NoAnswer);
    expect(attempt).toThrow(said);
  });

  test('with what stands there beside it, but not in the sentence that is logged', () => {
    const error = (() => {
      try {
        return read({ state: '张三的秘密' });
      } catch (error) {
        return error as NoAnswer;
      }
    })();
    expect(error).toMatchObject({ code: 'unreadable', said: '张三的秘密' });
    expect(String((error as NoAnswer).stack)).not.toContain('张三');
  });
});

test('whatever comes is an entity with the number asked for, nothing, or refused as unreadable', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (json, inside) => {
      for (const said of [json, { code: 0, data: json }, { code: 0, data: { ...data, ids: inside } }]) {
        try {
          const entity = readAnswer(said, mapping, asked);
          if (entity) expect(entity.numbers).toContainEqual(asked);
        } catch (error) {
          expect(error).toMatchObject({ name: 'NoAnswer', code: 'unreadable' });
        }
      }
    }),
  );
});
