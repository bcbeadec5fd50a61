/** One line of a file of service points: what it says, or all that is wrong with it. */
import { characterProblem, readCells } from '../../platform/table-file/columns.ts';
import type { FileCells } from '../../platform/table-file/table-file.ts';
import type { Point, Position } from './point.ts';
import { type BadPointLine, type Column, neededColumns, type PointProblem } from './report.ts';

/** Characters at most, so that three points, printed, leave room for the rest of the page. */
const longest = { name: 100, address: 200, hours: 100, phone: 50, district: 50 } as const;

/** One number that can be dialled: digits, set off by blanks, hyphens or brackets, and perhaps an extension. */
const onePhone = /^\+?[\d ()-]{3,30}((转|ext\.?|x) ?\d{1,6})?$/i;

export function readPoint(
  one: FileCells,
  columns: readonly Column[],
): { readonly point: Point } | { readonly bad: readonly BadPointLine[] } {
  const read = readCells(one, columns, ['division', 'latitude', 'longitude']);
  if ('bad' in read) return read;
  const { line } = one;
  const { cell } = read;
  const bad: BadPointLine[] = [];
  const check = (column: Column, problem: PointProblem | undefined, text?: string) => {
    if (!problem || bad.some((one) => one.column === column)) return;
    bad.push({ line, problem, column, ...(text !== undefined && { text }) });
  };
  for (const column of columns) check(column, characterProblem(cell(column)));
  for (const column of neededColumns) if (cell(column) === '') check(column, 'empty');
  for (const [column, most] of Object.entries(longest) as [keyof typeof longest, number][]) {
    if (cell(column).length > most) check(column, 'long', String(most));
  }
  if (!onePhone.test(cell('phone'))) check('phone', 'phone-form');
  const division = cell('division').normalize('NFKC');
  if (!/^\d{6}$/.test(division)) check('division', 'division-form');
  const position = readPosition(cell, check);
  if (position === 'half') bad.push({ line, problem: 'position-half' });
  if (bad.length > 0 || position === 'half') return { bad };
  const [name, address, hours] = [cell('name'), cell('address'), cell('hours')];
  return {
    point: { name, address, hours, phone: cell('phone'), division, district: cell('district'), position },
  };
}

/** @returns null where none is given */
function readPosition(
  cell: (column: Column) => string,
  check: (column: Column, problem: PointProblem) => void,
): Position | null | 'half' {
  const degrees = (column: 'latitude' | 'longitude', most: number) => {
    const text = cell(column);
    if (text === '') return undefined;
    if (!/^-?\d{1,3}(\.\d{1,15})?$/.test(text) || Math.abs(Number(text)) > most) {
      check(column, `${column}-form`);
    }
    return Number(text);
  };
  const [latitude, longitude] = [degrees('latitude', 90), degrees('longitude', 180)];
  if (latitude === undefined && longitude === undefined) return null;
  if (latitude === undefined || longitude === undefined) return 'half';
  return { latitude, longitude };
}
