import { expect, test } from 'vitest';
import { amendments, found } from '../fakes/amendment-examples.test-support.ts';
import { decidedIn, offeredNumbers } from './decisions.ts';

const { checking, ordered, oneUnconfirmed } = amendments;

test('what is on offer stands in the order of the rows, and nothing else does', () => {
  const offered = offeredNumbers({ ...found, rows: [...found.rows].reverse() });
  expect(offered.map(({ kind }) => kind)).toEqual(['housingFund', 'socialInsurance']);
  expect(offeredNumbers(null)).toEqual([]);
  expect(offeredNumbers(oneUnconfirmed.comparison).map(({ offer }) => offer)).toEqual([
    'open',
    'unconfirmed',
  ]);
});

test('nothing is decided before the holder decides, and what he decided is known again', () => {
  expect(decidedIn(checking)).toEqual(new Map());
  expect(decidedIn(ordered)).toEqual(
    new Map([
      ['socialInsurance', true],
      ['housingFund', false],
    ]),
  );
});

test('a number that was taken in with another value is not decided about', () => {
  const added = [{ kind: 'socialInsurance', value: '0031228950' }] as const;
  expect(decidedIn({ ...ordered, added: [...added] }).has('socialInsurance')).toBe(false);
});
