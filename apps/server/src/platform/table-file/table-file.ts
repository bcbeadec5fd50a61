import { basename } from 'node:path';
import { DeskError } from '../error.ts';
import type { BadLine, CellProblem } from './bad-lines.ts';

/** The cells of one line. */
export interface FileCells {
  readonly line: number;
  readonly cells: readonly string[];
  /** Cells, counted from 0, that hold something else than text, of a spreadsheet; what they hold as text is in `cells`. */
  readonly typed?: ReadonlyMap<number, CellProblem>;
}

/** The cells of one line, or why it has none. */
export type FileLine = FileCells | BadLine;

/** Of a workbook: which sheet was read, and which were not. */
export interface Sheets {
  readonly read: string;
  readonly others: readonly string[];
}

/** A file that an operator has filled in with a spreadsheet: a line of headings, then lines of cells. */
export interface TableFile {
  /** Empty lines are left out, as spreadsheets leave some at the end. */
  readonly lines: AsyncGenerator<FileLine>;
  readonly sheets?: Sheets;
  /** SHA-256 of the whole file, lower-case hex, once all lines were read. */
  digest(): string;
  close(): Promise<void>;
}

/** @returns DeskError `import-file-unreadable` for an error of the file system; other errors as they are */
export function unreadable(path: string, error: unknown): unknown {
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (!code || !syscall) return error;
  return new DeskError('import-file-unreadable', { file: basename(path), reason: code }, { cause: error });
}
