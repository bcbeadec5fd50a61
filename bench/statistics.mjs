// What a row of measurements comes to.

/**
 * The value below which a share of the measurements lies (nearest rank).
 * @param {readonly number[]} values in any order
 * @param {number} share 0.5: the median; 0.99: what one in a hundred exceeds
 * @returns {number} NaN when nothing was measured
 */
export function quantile(values, share) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

/**
 * The middle one; of an even number the mean of the two in the middle.
 * @param {readonly number[]} values in any order
 * @returns {number} NaN when nothing was measured
 */
export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const [low, high] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]];
  return low === undefined || high === undefined ? Number.NaN : (low + high) / 2;
}

/**
 * The median of what each pair of measurements, made one right after the other, comes to. What else the machine does
 * in a pair's time slows both sides, so ratios hold where the figures do not.
 * @param {readonly number[]} ours
 * @param {readonly number[]} theirs as many, in the same order
 */
export function medianRatio(ours, theirs) {
  return median(ours.map((value, at) => value / (theirs[at] ?? Number.NaN)));
}
