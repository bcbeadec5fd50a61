// The figures as a table for people.

import { reached } from './figure.mjs';

const HEADINGS = ['', 'measured', 'reference', 'ratio', 'target', ''];

/**
 * @param {readonly import('./figure.mjs').Figure[]} figures
 * @returns {string} lines of equal columns
 */
export function table(figures) {
  const rows = [HEADINGS, ...figures.map(cells)];
  const widths = HEADINGS.map((_, at) => Math.max(...rows.map((row) => (row[at] ?? '').length)));
  return rows
    .map((row) =>
      row
        .map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/**
 * Three significant digits, and never less than the whole number.
 * @param {number} value
 */
export function rounded(value) {
  if (!Number.isFinite(value)) return '–';
  return Math.abs(value) >= 100 ? String(Math.round(value)) : String(Number(value.toPrecision(3)));
}

/** @param {import('./figure.mjs').Figure} figure */
function cells(figure) {
  const { measure, what, value, unit, reference, target } = figure;
  const enough = reached(figure);
  return [
    `${measure}: ${what}`,
    `${rounded(value)} ${unit}`,
    reference ? `${reference.name} ${rounded(reference.value)}` : '',
    reference ? reference.ratio.toFixed(2) : '',
    target ? targetText(target, unit) : '',
    enough === null ? '' : enough ? 'reached' : 'NOT reached',
  ];
}

/**
 * @param {import('./figure.mjs').Target} target
 * @param {string} unit
 */
function targetText({ of, atLeast, atMost }, unit) {
  const bound = atLeast === undefined ? `≤ ${atMost}` : `≥ ${atLeast}`;
  return of === 'ratio' ? `${bound} ×` : `${bound} ${unit}`;
}
