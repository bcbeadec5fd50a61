/** One line of a register file: what it says, or what is wrong with it. */
import { type IdentityKind, type IdentityNumber, identityKinds } from '@certdesk/contract';
import { lookupValue } from '../lookup-value.ts';
import { isUsccForm, usccCheckDigitFits } from '../uscc.ts';
import type { Column } from './columns.ts';

export type RowProblem =
  | 'columns'
  | 'name-missing'
  | 'name-long'
  | 'state-unknown'
  | 'division-form'
  | 'number-missing'
  | 'number-form'
  | 'uscc-form'
  | 'duplicate'
  | 'two-entities'
  | 'controls';

/** A genuine code may fail its check digit: it is taken, and said. */
export type RowWarning = 'uscc-check-digit';

export interface RegisterRow {
  readonly name: string;
  readonly state: 'active' | 'closed';
  readonly division: string | null;
  readonly numbers: readonly IdentityNumber[];
  readonly warning?: RowWarning;
}

const states: Readonly<Record<string, RegisterRow['state']>> = {
  '': 'active',
  active: 'active',
  存续: 'active',
  在业: 'active',
  正常: 'active',
  closed: 'closed',
  注销: 'closed',
  吊销: 'closed',
};

export function readRow(
  cells: readonly string[],
  columns: readonly Column[],
): RegisterRow | { readonly problem: RowProblem; readonly column?: Column } {
  if (cells.length !== columns.length) return { problem: 'columns' };
  const cell = (column: Column) => (cells[columns.indexOf(column)] ?? '').trim();
  // The database's text holds no U+0000, and no certificate holds a control character.
  if (cells.some((text) => /\p{Cc}/u.test(text.trim()) || !text.isWellFormed()))
    return { problem: 'controls' };
  const name = cell('name');
  if (name === '') return { problem: 'name-missing' };
  if (name.length > 200) return { problem: 'name-long' };
  const state = states[cell('state').toLowerCase()];
  if (!state) return { problem: 'state-unknown', column: 'state' };
  const division = cell('division');
  if (!/^(\d{6})?$/.test(division)) return { problem: 'division-form', column: 'division' };
  const numbers: IdentityNumber[] = [];
  for (const kind of identityKinds) {
    const value = lookupValue(cell(kind));
    if (value === '') continue;
    const problem = problemOf(kind, value);
    if (problem) return { problem, column: kind };
    numbers.push({ kind, value });
  }
  if (numbers.length === 0) return { problem: 'number-missing' };
  const uscc = numbers.find(({ kind }) => kind === 'uscc')?.value;
  const suspicious = uscc !== undefined && !usccCheckDigitFits(uscc);
  const row = { name, state, division: division || (uscc?.slice(2, 8) ?? null), numbers };
  return suspicious ? { ...row, warning: 'uscc-check-digit' } : row;
}

function problemOf(kind: IdentityKind, value: string): RowProblem | undefined {
  if (kind === 'uscc') return isUsccForm(value) ? undefined : 'uscc-form';
  return /^[0-9A-Z-]{1,64}$/.test(value) ? undefined : 'number-form';
}
