import { DeskError } from '../error.ts';

/** What may stand in a spreadsheet's cell instead of text. */
export type CellProblem = 'cell-typed' | 'cell-error' | 'cell-uncalculated';

/** What may be wrong with any file; `report.ts` says each. */
export type FileProblem =
  | CellProblem
  | 'encoding'
  | 'quotes'
  | 'line-open'
  | 'heading-unknown'
  | 'heading-twice'
  | 'heading-missing'
  | 'columns-few'
  | 'columns-many'
  | 'invisible'
  | 'damaged';

/** What is wrong with one line of a file; a list has problems of its own. */
export interface BadLine<Problem extends string = FileProblem> {
  /** As an editor counts, from 1; a line with a quoted line break counts where it begins. */
  readonly line: number;
  readonly problem: Problem;
  /** The code's name of the column. */
  readonly column?: string;
  /** The line that it collides with. */
  readonly other?: number;
  /** What stands there. */
  readonly text?: string;
}

/** What a report holds at most; what is beyond is counted. */
export const reportedAtMost = 1000;

/** The file has bad lines and nothing was imported. `bad` holds the first thousand things that are wrong. */
export class BadTableFile<Problem extends string> extends DeskError {
  readonly bad: readonly BadLine<Problem>[];
  constructor(count: number, bad: readonly BadLine<Problem>[]) {
    super('import-file-invalid', { count });
    this.bad = bad;
  }
}

/** Collects bad lines without growing with the file. */
export class BadLines<Problem extends string> {
  #count = 0;
  #last: number | undefined;
  #bad: BadLine<Problem>[] = [];

  /**
   * @param bad about lines that were not told of before, but for the last one
   * @param count how many lines, where `bad` is not all of them
   */
  add(bad: readonly BadLine<Problem>[], count = this.#newLines(bad)): void {
    this.#count += count;
    this.#last = bad.at(-1)?.line ?? this.#last;
    this.#bad.push(...bad);
    if (this.#bad.length > 4 * reportedAtMost) this.#bad = this.#first();
  }

  #newLines(bad: readonly BadLine<Problem>[]): number {
    return new Set(bad.map(({ line }) => line).filter((line) => line !== this.#last)).size;
  }

  /** @throws BadTableFile if there are any */
  refuseAny(): void {
    if (this.#count > 0) throw new BadTableFile(this.#count, this.#first());
  }

  #first(): BadLine<Problem>[] {
    return this.#bad.toSorted((a, b) => a.line - b.line).slice(0, reportedAtMost);
  }
}
