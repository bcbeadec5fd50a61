/** The columns of a file: how they are headed, and what stands in a line's cells. */
import type { Language } from '@certdesk/contract';
import type { BadLine, FileProblem } from './bad-lines.ts';
import type { FileCells } from './table-file.ts';

/** What stands in a line, trimmed; empty where the file has no such column. */
export type CellOf<Column extends string> = (column: Column) => string;

/** The columns that one kind of list may have. */
export class Columns<Column extends string> {
  readonly #titles: ReadonlyMap<string, string>;
  readonly #byHeading: ReadonlyMap<string, Column>;

  /**
   * @param chinese headings; the first one of a column is how reports call it. The code's own names are taken too, in
   *   any case
   */
  constructor(chinese: readonly (readonly [Column, ...string[]])[]) {
    this.#titles = new Map(chinese.map(([column, title = column]) => [column, title]));
    this.#byHeading = new Map(
      chinese.flatMap(([column, ...headings]) =>
        [column.toLowerCase(), ...headings].map((heading): [string, Column] => [heading, column]),
      ),
    );
  }

  title(column: string, language: Language): string {
    return language === 'en' ? column : (this.#titles.get(column) ?? column);
  }

  /**
   * Reads the line of headings. Empty headings at its end, which spreadsheets leave, are no columns.
   * @param needed columns that the file cannot do without
   * @returns the columns in their order, and all that is wrong with the line
   */
  readHeader(
    line: number,
    cells: readonly string[],
    needed: readonly Column[],
  ): { readonly columns: readonly Column[]; readonly bad: readonly BadLine[] } {
    const headings = cells.slice(0, cells.findLastIndex((cell) => cell.trim() !== '') + 1);
    const bad: BadLine[] = [];
    const columns: Column[] = [];
    for (const heading of headings) {
      const column = this.#byHeading.get(heading.normalize('NFKC').trim().toLowerCase());
      if (!column) bad.push({ line, problem: 'heading-unknown', text: heading });
      else if (columns.includes(column)) bad.push({ line, problem: 'heading-twice', column });
      else columns.push(column);
    }
    for (const column of needed) {
      if (!columns.includes(column)) bad.push({ line, problem: 'heading-missing', column });
    }
    return { columns, bad };
  }
}

/**
 * Reads a line's cells. Cells beyond the header's columns count only if something stands in them: spreadsheets leave
 * empty ones.
 * @param columns as the header has them
 * @param asNumbers columns in which a spreadsheet's number says the same as its text
 * @returns the cells, or why the line cannot be read at all
 */
export function readCells<Column extends string>(
  { line, cells, typed = new Map() }: FileCells,
  columns: readonly Column[],
  asNumbers: readonly Column[] = [],
): { readonly cell: CellOf<Column> } | { readonly bad: readonly BadLine[] } {
  if (cells.length < columns.length) return { bad: [{ line, problem: 'columns-few' }] };
  if (cells.slice(columns.length).some((cell) => cell.trim() !== '')) {
    return { bad: [{ line, problem: 'columns-many' }] };
  }
  const bad = [...typed].flatMap(([at, problem]): BadLine[] => {
    const column = columns[at];
    if (column === undefined || (problem === 'cell-typed' && asNumbers.includes(column))) return [];
    return [{ line, problem, column, text: cells[at] ?? '' }];
  });
  if (bad.length > 0) return { bad };
  return { cell: (column) => (cells[columns.indexOf(column)] ?? '').trim() };
}

/** What nobody may have in a cell: what cannot be seen would make two texts differ for no visible reason. */
export function characterProblem(text: string): FileProblem | undefined {
  if (/[\p{Cc}\p{Cf}\u2028\u2029]/u.test(text)) return 'invisible';
  return text.includes('\u{FFFD}') ? 'damaged' : undefined;
}
