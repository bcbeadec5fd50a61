import { expect, test } from 'vitest';
import { reached } from './figure.mjs';
import { rounded, table } from './table.mjs';

const sign = {
  measure: 'gm',
  what: 'SM2 sign',
  value: 3951.4,
  unit: '/s',
  reference: { name: 'openssl', value: 4000, ratio: 0.97 },
  target: { of: 'ratio' as const, atLeast: 0.95 },
};
const start = {
  measure: 'start',
  what: 'second start',
  value: 4.94,
  unit: 's',
  target: { of: 'value' as const, atMost: 3 },
};

test('says measured, reference, ratio, target and whether it is reached', () => {
  expect(table([sign, start])).toBe(
    [
      '                     measured     reference  ratio    target',
      'gm: SM2 sign          3951 /s  openssl 4000   0.97  ≥ 0.95 ×      reached',
      'start: second start    4.94 s                          ≤ 3 s  NOT reached',
    ].join('\n'),
  );
});

test('a target is judged by its ratio or its value; without a reference there is no ratio to judge', () => {
  expect(reached({ ...sign, reference: { ...sign.reference, ratio: 0.94 } })).toBe(false);
  expect(reached({ ...start, value: 3 })).toBe(true);
  const { reference: _, ...alone } = sign;
  expect(reached(alone)).toBeNull();
});

test('rounds to three digits, and says of nothing measured that it is nothing', () => {
  expect([1234.6, 12.345, 0.01234, Number.NaN].map(rounded)).toEqual(['1235', '12.3', '0.0123', '–']);
});
