/** The outcome of all interruptions as a table: a line for each point, a column for each thing that can happen. */
import type { Planned } from './plan.ts';
import { pointText, twinInterruptions } from './point.ts';

export interface Outcome extends Planned {
  /** What was wrong at the end; absent: nothing. */
  readonly wrong?: string;
}

export function outcomeText({ story, interruption, wrong }: Outcome): string {
  const { kind, point, nth } = interruption;
  return `${story}: ${kind} ${pointText(point)} #${nth}: ${wrong ?? 'ended as it must'}`;
}

export function matrixText(outcomes: readonly Outcome[]): string {
  const rows = new Map<string, Map<string, string>>();
  for (const { story, interruption, wrong } of outcomes) {
    const row = `${story}: ${pointText(interruption.point)} #${interruption.nth}`;
    const cells = rows.get(row) ?? new Map<string, string>();
    cells.set(interruption.kind, wrong === undefined ? 'ok' : 'FAILED');
    rows.set(row, cells);
  }
  const width = Math.max(...[...rows.keys()].map((row) => row.length));
  const line = (first: string, cells: readonly string[]) =>
    [first.padEnd(width), ...cells.map((cell) => cell.padEnd(18))].join('  ').trimEnd();
  const failed = outcomes.filter(({ wrong }) => wrong !== undefined);
  return [
    line('', twinInterruptions),
    ...[...rows].map(([row, cells]) =>
      line(
        row,
        twinInterruptions.map((kind) => cells.get(kind) ?? '·'),
      ),
    ),
    '',
    ...failed.map(outcomeText),
    `${outcomes.length - failed.length} of ${outcomes.length} interruptions ended as they must.`,
    '',
  ].join('\n');
}
