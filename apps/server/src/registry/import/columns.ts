/** The columns of a register file. */
import { type IdentityKind, identityKinds } from '@certdesk/contract';
import { Columns } from '../../platform/table-file/columns.ts';
import type { BadRegisterLine } from './report.ts';

/** What a column of a register file may hold. */
export type Column = 'name' | 'state' | 'division' | IdentityKind;

/** In the order in which they are listed. */
export const registerFields: readonly Column[] = ['name', 'state', 'division', ...identityKinds];

export const registerColumns = new Columns<Column>([
  ['name', '单位名称', '名称'],
  ['state', '状态'],
  ['division', '行政区划'],
  ['uscc', '统一社会信用代码'],
  ['organizationCode', '组织机构代码'],
  ['businessLicense', '工商注册号'],
  ['taxRegistration', '税务登记号'],
  ['socialInsurance', '社保号'],
  ['housingFund', '公积金号'],
]);

/** Reads the line of headings. @returns the columns in their order, or all that is wrong with the line */
export function readHeader(
  line: number,
  cells: readonly string[],
): { readonly columns: readonly Column[] } | { readonly bad: readonly BadRegisterLine[] } {
  const { columns, bad } = registerColumns.readHeader(line, cells, ['name']);
  if (identityKinds.some((kind) => columns.includes(kind))) return bad.length > 0 ? { bad } : { columns };
  return { bad: [...bad, { line, problem: 'heading-no-number' }] };
}
