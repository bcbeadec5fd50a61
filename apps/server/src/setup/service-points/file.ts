/** A file of service points, read whole: lists are short. */
import { basename } from 'node:path';
import { BadLines, BadTableFile } from '../../platform/table-file/bad-lines.ts';
import { openTableFile } from '../../platform/table-file/open.ts';
import type { Point } from './point.ts';
import { type BadPointLine, type Column, neededColumns, type PointProblem, pointColumns } from './report.ts';
import { readPoint } from './row.ts';

/** What a file says: a whole list. */
export interface PointsFile {
  readonly points: readonly Point[];
  /** The file's name. */
  readonly source: string;
  /** SHA-256 of the file, lower-case hex. */
  readonly digest: string;
}

/**
 * Reads a CSV or XLSX file of service points.
 * @throws BadTableFile with every line that is bad; DeskError `import-file-…`
 */
export async function readPointsFile(path: string): Promise<PointsFile> {
  const file = await openTableFile(path);
  try {
    const bad = new BadLines<PointProblem>();
    const list = new List();
    let header: { line: number; columns: readonly Column[] } | undefined;
    for await (const one of file.lines) {
      if (!header) header = readHeader(one);
      else if ('problem' in one) bad.add([one]);
      else {
        const read = readPoint(one, header.columns);
        bad.add('bad' in read ? read.bad : list.add(one.line, read.point));
      }
    }
    header ??= readHeader({ line: 1, cells: [] });
    bad.refuseAny();
    if (list.points.length === 0) bad.add([{ line: header.line, problem: 'no-points' }]);
    bad.refuseAny();
    return { points: list.points, source: basename(path), digest: file.digest() };
  } finally {
    await file.lines.return(undefined);
    await file.close();
  }
}

/** Without a header no line can be judged, so this is told alone. @throws BadTableFile */
function readHeader(first: { line: number; cells: readonly string[] } | BadPointLine) {
  const { columns, bad } =
    'problem' in first
      ? { columns: [], bad: [first] }
      : pointColumns.readHeader(first.line, first.cells, neededColumns);
  if (bad.length > 0) throw new BadTableFile<PointProblem>(1, bad);
  return { line: first.line, columns };
}

/** The points so far, and what each must not collide with. */
class List {
  readonly points: Point[] = [];
  readonly #lines = new Map<string, number>();
  readonly #districts = new Map<string, { name: string; line: number }>();

  /** @returns what is wrong with the line beside the others */
  add(line: number, point: Point): BadPointLine[] {
    const bad: BadPointLine[] = [];
    const twin = this.#lines.get(point.name);
    if (twin !== undefined) bad.push({ line, problem: 'duplicate', column: 'name', other: twin });
    const district = this.#districts.get(point.division);
    if (district && district.name !== point.district)
      bad.push({ line, problem: 'district-differs', column: 'district', other: district.line });
    if (bad.length > 0) return bad;
    this.#lines.set(point.name, line);
    this.#districts.set(point.division, district ?? { name: point.district, line });
    this.points.push(point);
    return bad;
  }
}
