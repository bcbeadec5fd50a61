import type { IdentityNumber } from '@certdesk/contract';
import { describe, expect, test } from 'vitest';
import { questionsDigest, questionsFor } from './question.ts';

const uscc: IdentityNumber = { kind: 'uscc', value: ' 91310106669433828f' };
const social: IdentityNumber = { kind: 'socialInsurance', value: '00 12&3' };
const asking = {
  url: 'https://register.example/find/{type}?code={number}&name={name}',
  askBy: [{ kind: 'uscc' as const }, { kind: 'socialInsurance' as const, type: '02' }],
  ask: 'first' as const,
};

const sent = (...args: Parameters<typeof questionsFor>) =>
  questionsFor(...args).map(({ number, url, content }) => [
    number.value,
    url.href,
    content && JSON.parse(Buffer.from(content).toString()),
  ]);

test('an address is filled in so that a number cannot become more of it than a number', () => {
  expect(sent(asking, [social], '公司 & Co')).toEqual([
    ['0012&3', 'https://register.example/find/02?code=0012%263&name=%E5%85%AC%E5%8F%B8%20%26%20Co', null],
  ]);
});

test('a body is filled in wherever it says so, names too, and stays JSON', () => {
  const body = { head: { v: 1, on: true, no: null }, list: ['{type}', '{name}'], '{type}': 'x{number}' };
  const post = { ...asking, url: 'https://register.example/', body };
  expect(sent(post, [uscc], '"}{number}')).toEqual([
    [
      '91310106669433828F',
      'https://register.example/',
      { head: body.head, list: ['uscc', '"}{number}'], uscc: 'x91310106669433828F' },
    ],
  ]);
});

describe('of several numbers', () => {
  test('the first that it can be asked by is taken, in the order of the configuration', () => {
    expect(sent(asking, [social, uscc], '').map(([number]) => number)).toEqual(['91310106669433828F']);
  });
  test('each is taken where that is configured', () => {
    const each = { ...asking, ask: 'each' as const };
    expect(sent(each, [social, uscc], '').map(([number]) => number)).toEqual([
      '91310106669433828F',
      '0012&3',
    ]);
  });
  test('none is, if it can be asked by none', () => {
    expect(sent(asking, [{ kind: 'taxRegistration', value: '1' }], '')).toEqual([]);
  });
});

test('the digest tells questions apart, and says the same of the same', () => {
  const digest = (numbers: IdentityNumber[], register = 'a') =>
    questionsDigest(register, questionsFor(asking, numbers, ''));
  expect(digest([uscc])).toBe(digest([{ kind: 'uscc', value: '91310106669433828F' }]));
  expect(new Set([digest([uscc]), digest([social]), digest([uscc], 'b')]).size).toBe(3);
});
