import { expect, test } from 'vitest';
import { day, inFours, minute } from './format.ts';

test('days are those of the desk, whatever the computer is set to', () => {
  expect(day('2027-01-15T15:59:59Z')).toBe('2027-01-15');
  expect(day('2027-01-15T16:00:00Z')).toBe('2027-01-16');
  expect(minute('2026-11-24T02:12:40.000Z')).toBe('2026-11-24 10:12');
});

test('numbers are grouped in fours, however they were written', () => {
  expect(inFours('91310000631291289X')).toBe('9131 0000 6312 9128 9X');
  expect(inFours('0031 228941')).toBe('0031 2289 41');
  expect(inFours('1234')).toBe('1234');
});
