import { DeskError } from '../../platform/error.ts';
import type { BadLine } from './report.ts';

/** What a report holds at most; what is beyond is counted. */
export const reportedAtMost = 1000;

/** The file has bad lines and nothing was imported. `bad` holds the first thousand things that are wrong. */
export class BadRegisterFile extends DeskError {
  readonly bad: readonly BadLine[];
  constructor(count: number, bad: readonly BadLine[]) {
    super('registry-file-invalid', { count });
    this.bad = bad;
  }
}

/** Collects bad lines without growing with the file. */
export class BadLines {
  #count = 0;
  #last: number | undefined;
  #bad: BadLine[] = [];

  /**
   * @param bad about lines that were not told of before, but for the last one
   * @param count how many lines, where `bad` is not all of them
   */
  add(bad: readonly BadLine[], count = this.#newLines(bad)): void {
    this.#count += count;
    this.#last = bad.at(-1)?.line ?? this.#last;
    this.#bad.push(...bad);
    if (this.#bad.length > 4 * reportedAtMost) this.#bad = this.#first();
  }

  #newLines(bad: readonly BadLine[]): number {
    return new Set(bad.map(({ line }) => line).filter((line) => line !== this.#last)).size;
  }

  /** @throws BadRegisterFile if there are any */
  refuseAny(): void {
    if (this.#count > 0) throw new BadRegisterFile(this.#count, this.#first());
  }

  #first(): BadLine[] {
    return this.#bad.toSorted((a, b) => a.line - b.line).slice(0, reportedAtMost);
  }
}
