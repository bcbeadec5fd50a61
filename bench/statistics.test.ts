import { expect, test } from 'vitest';
import { median, medianRatio, quantile } from './statistics.mjs';

test('the median is the middle one, whatever the order, or the mean of two', () => {
  expect(median([9, 1, 5])).toBe(5);
  expect(median([10, 1, 2, 100])).toBe(6);
  expect(median([])).toBeNaN();
});

test('a quantile is a measurement that was made, by nearest rank', () => {
  const hundred = Array.from({ length: 100 }, (_, at) => 100 - at);
  expect(quantile(hundred, 0.5)).toBe(50);
  expect(quantile(hundred, 0.99)).toBe(99);
  expect(quantile(hundred, 1)).toBe(100);
  expect(quantile([7], 0.99)).toBe(7);
  expect(quantile([], 0.5)).toBeNaN();
});

test('ratios are taken pair by pair: a round in which both were slow does no harm', () => {
  expect(medianRatio([50, 5, 51], [100, 10, 100])).toBe(0.5);
});
