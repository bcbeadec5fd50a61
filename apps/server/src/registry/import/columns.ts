/** The columns of a register file and how they are headed. */
import { type IdentityKind, identityKinds, type Language } from '@certdesk/contract';
import type { BadLine } from './report.ts';

/** What a column of a register file may hold. */
export type Column = 'name' | 'state' | 'division' | IdentityKind;

/** Headings in Chinese; the first one of a column is how reports call it. The code's own names are taken too, in any case. */
const chinese: readonly (readonly [Column, ...string[]])[] = [
  ['name', '单位名称', '名称'],
  ['state', '状态'],
  ['division', '行政区划'],
  ['uscc', '统一社会信用代码'],
  ['organizationCode', '组织机构代码'],
  ['businessLicense', '工商注册号'],
  ['taxRegistration', '税务登记号'],
  ['socialInsurance', '社保号'],
  ['housingFund', '公积金号'],
];

const byHeading = new Map<string, Column>(
  chinese.flatMap(([column, ...headings]) =>
    [column.toLowerCase(), ...headings].map((heading): [string, Column] => [heading, column]),
  ),
);

export function columnTitle(column: Column, language: Language): string {
  return language === 'en' ? column : (chinese.find(([known]) => known === column)?.[1] ?? column);
}

/**
 * Reads the line of headings. Empty headings at its end, which spreadsheets leave, are no columns.
 * @returns the columns in their order, or all that is wrong with the line
 */
export function readHeader(
  line: number,
  cells: readonly string[],
): { readonly columns: readonly Column[] } | { readonly bad: readonly BadLine[] } {
  const headings = cells.slice(0, cells.findLastIndex((cell) => cell.trim() !== '') + 1);
  const bad: BadLine[] = [];
  const columns: Column[] = [];
  for (const heading of headings) {
    const column = byHeading.get(heading.normalize('NFKC').trim().toLowerCase());
    if (!column) bad.push({ line, problem: 'heading-unknown', text: heading });
    else if (columns.includes(column)) bad.push({ line, problem: 'heading-twice', column });
    else columns.push(column);
  }
  if (!columns.includes('name')) bad.push({ line, problem: 'heading-missing', column: 'name' });
  if (!identityKinds.some((kind) => columns.includes(kind))) bad.push({ line, problem: 'heading-no-number' });
  return bad.length > 0 ? { bad } : { columns };
}
