// A measured figure: beside what, and whether that is enough.

/**
 * @typedef {object} Figure
 * @property {string} measure which part of the bench it comes from
 * @property {string} what
 * @property {number} value
 * @property {string} unit
 * @property {{ name: string, value: number, ratio: number }} [reference] measured in the same run; `ratio` is the median
 *   over the rounds of ours to theirs
 * @property {Target} [target]
 * @property {Record<string, unknown>} [detail] what a program may want to know; not in the table
 *
 * @typedef {object} Target
 * @property {'ratio' | 'value'} of
 * @property {number} [atLeast]
 * @property {number} [atMost]
 */

/**
 * @param {Figure} figure
 * @returns {boolean | null} null: there is no target, or nothing to compare with
 */
export function reached({ value, reference, target }) {
  const measured = target?.of === 'ratio' ? reference?.ratio : value;
  if (target === undefined || measured === undefined) return null;
  return measured >= (target.atLeast ?? -Infinity) && measured <= (target.atMost ?? Infinity);
}
