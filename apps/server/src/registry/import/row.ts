/** One line of a register file: what it says, or all that is wrong with it. */
import { type IdentityKind, type IdentityNumber, identityKinds } from '@certdesk/contract';
import { characterProblem, readCells } from '../../platform/table-file/columns.ts';
import type { FileCells } from '../../platform/table-file/table-file.ts';
import { isOrganizationCodeForm } from '../codes/organization-code.ts';
import { isUsccForm, usccCheckDigitFits } from '../codes/uscc.ts';
import { lookupValue } from '../lookup-value.ts';
import type { Column } from './columns.ts';
import type { BadRegisterLine, LineProblem } from './report.ts';

export interface RegisterRow {
  readonly line: number;
  readonly name: string;
  /** Null: the file has no such column. */
  readonly state: 'active' | 'closed' | null;
  readonly division: string | null;
  /** Where the unified code was given out: for want of a better one. */
  readonly divisionOfCode: string | null;
  /** As they are looked up. */
  readonly numbers: readonly IdentityNumber[];
  /** A genuine code may fail its check digit: it is taken, and said. */
  readonly suspicious: boolean;
}

const states = new Map<string, 'active' | 'closed'>([
  ['', 'active'],
  ['active', 'active'],
  ['存续', 'active'],
  ['在业', 'active'],
  ['正常', 'active'],
  ['closed', 'closed'],
  ['注销', 'closed'],
  ['吊销', 'closed'],
]);

export function readRow(
  one: FileCells,
  columns: readonly Column[],
): RegisterRow | { readonly bad: readonly BadRegisterLine[] } {
  // A division has six digits and never begins with 0.
  const read = readCells(one, columns, ['division']);
  if ('bad' in read) return read;
  const { line } = one;
  const { cell } = read;
  const bad: BadRegisterLine[] = [];
  const check = (column: Column, problem: LineProblem | undefined) => {
    if (problem && !bad.some((one) => one.column === column)) bad.push({ line, problem, column });
  };
  for (const column of columns) check(column, characterProblem(cell(column)));

  const name = cell('name');
  if (name === '') bad.push({ line, problem: 'name-missing' });
  if (name.length > 200) bad.push({ line, problem: 'name-long' });
  const state = states.get(cell('state').normalize('NFKC').toLowerCase());
  if (!state) check('state', 'state-unknown');
  const division = cell('division').normalize('NFKC');
  if (!/^(\d{6})?$/.test(division)) check('division', 'division-form');
  const numbers = identityKinds
    .map((kind) => ({ kind, value: lookupValue(kind, cell(kind)) }))
    .filter(({ value }) => value !== '');
  for (const { kind, value } of numbers) check(kind, numberProblem(kind, value));
  if (numbers.length === 0) bad.push({ line, problem: 'number-missing' });
  if (bad.length > 0) return { bad };

  const uscc = numbers.find(({ kind }) => kind === 'uscc')?.value;
  return {
    line,
    name,
    state: columns.includes('state') ? (state ?? null) : null,
    division: division || null,
    divisionOfCode: uscc?.slice(2, 8) ?? null,
    numbers,
    suspicious: uscc !== undefined && !usccCheckDigitFits(uscc),
  };
}

const digitsAndLetters = /^[0-9A-Z-]{1,64}$/;
/** Licences of before 2007 read like 企独沪总字第001234号. */
const oldStyle = /^[0-9\p{L}()/-]{1,64}$/u;

const forms: Readonly<Record<IdentityKind, { fits: (value: string) => boolean; problem: LineProblem }>> = {
  uscc: { fits: isUsccForm, problem: 'uscc-form' },
  // GB 11714: eight digits or letters and a check character
  organizationCode: {
    fits: isOrganizationCodeForm,
    problem: 'organization-code-form',
  },
  businessLicense: { fits: (value) => oldStyle.test(value), problem: 'number-form' },
  taxRegistration: { fits: (value) => oldStyle.test(value), problem: 'number-form' },
  socialInsurance: { fits: (value) => digitsAndLetters.test(value), problem: 'number-form' },
  housingFund: { fits: (value) => digitsAndLetters.test(value), problem: 'number-form' },
};

function numberProblem(kind: IdentityKind, value: string): LineProblem | undefined {
  if (/^\d(\.\d+)?E\+\d+$/.test(value)) return 'number-rounded';
  return forms[kind].fits(value) ? undefined : forms[kind].problem;
}
