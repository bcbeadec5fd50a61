/** Taking a register file in: every line is checked, and all of it is applied in one transaction or nothing is. */
import { basename } from 'node:path';
import { IdentityKind } from '@certdesk/contract';
import { sql } from 'kysely';
import { record } from '../../audit/record.ts';
import { DeskError } from '../../platform/error.ts';
import { randomId } from '../../platform/random.ts';
import { BadLines, BadTableFile, reportedAtMost } from '../../platform/table-file/bad-lines.ts';
import { openTableFile } from '../../platform/table-file/open.ts';
import type { Sheets, TableFile } from '../../platform/table-file/table-file.ts';
import type { Db, Tx } from '../../schema/database.ts';
import { applyChanges } from './apply.ts';
import { type ChangeCounts, countChanges, findChanges } from './changes.ts';
import { type Column, readHeader } from './columns.ts';
import { listChanges, type RegisterChange } from './list.ts';
import { matchLines } from './match.ts';
import type { LineProblem } from './report.ts';
import { type RegisterRow, readRow } from './row.ts';
import { analyzeStage, findCollisions, makeStage, stage } from './stage.ts';

export interface ImportOptions {
  /** Who did it, for the audit log. */
  readonly actor: string;
  readonly now: Date;
  /** Told how many lines were read: every thousand, and at the end. What it throws ends the import. */
  readonly onProgress?: (lines: number) => void;
  /** The file is the whole register: entities that it does not name are removed. */
  readonly replace?: boolean;
  /** All is done as it would be, and taken back: nothing stays, not even an audit row. */
  readonly dryRun?: boolean;
  /** Told which sheet of a workbook is read, and which are not. */
  readonly onSheets?: (sheets: Sheets) => void;
  /** Given all that changes, in the file's order, before it is committed. What it throws ends the import. */
  readonly onChanges?: (changes: AsyncIterable<RegisterChange>) => Promise<void>;
}

export interface ImportReport extends ChangeCounts {
  /** Lines with an entity: neither the header nor empty ones. */
  readonly lines: number;
  /** Entities that lines are about and that were as these say. */
  readonly unchanged: number;
  /** The first thousand lines whose unified code fails its check digit. Taken all the same. */
  readonly suspicious: readonly { readonly line: number }[];
  readonly suspiciousCount: number;
}

const batchLines = 1000;

/**
 * Imports a CSV or XLSX file. An entity that shares a number with the register is brought to what the file says, as far as that has
 * columns; others are added; entities that the file does not name stay as they are, unless it is the whole register. The
 * same file again confirms what is there.
 * @throws BadTableFile; DeskError `import-file-…`, `registry-import-running`, `database-unavailable` (whether it was applied
 *   is then unknown if the database went away at the very end: import it again)
 */
export async function importRegisterFile(
  db: Db,
  path: string,
  options: ImportOptions,
): Promise<ImportReport> {
  const file = await openTableFile(path);
  try {
    if (file.sheets) options.onSheets?.(file.sheets);
    const header = await headerOf(file);
    return await db.transaction().execute(async (tx) => {
      await takeTurn(tx);
      if (options.dryRun) await sql`savepoint before_import`.execute(tx);
      await makeStage(tx);
      const read = await stageLines(tx, file, header, options);
      const kinds = header.columns.flatMap((column) => IdentityKind.safeParse(column).data ?? []);
      const report = await bringIn(
        tx,
        { source: basename(path), digest: file.digest(), kinds, ...read },
        options,
      );
      if (options.dryRun) await sql`rollback to savepoint before_import`.execute(tx);
      return report;
    });
  } finally {
    await file.lines.return(undefined);
    await file.close();
  }
}

interface Header {
  readonly line: number;
  readonly columns: readonly Column[];
}

/** Without a header no line can be judged, so this is told alone. @throws BadTableFile */
async function headerOf({ lines }: TableFile): Promise<Header> {
  const next = await lines.next();
  const first = next.done ? { line: 1, cells: [] } : next.value;
  const header = 'problem' in first ? { bad: [first] } : readHeader(first.line, first.cells);
  if ('bad' in header) throw new BadTableFile(1, header.bad);
  return { line: first.line, ...header };
}

/** One import at a time; the others are told. The desk's limit for a statement is meant for its pages. */
async function takeTurn(tx: Tx): Promise<void> {
  const { rows } = await sql<{ got: boolean }>`
    select pg_try_advisory_xact_lock(hashtext('certdesk registry import')) as got`.execute(tx);
  if (!rows[0]?.got) throw new DeskError('registry-import-running');
  await sql`set local statement_timeout = '30min'`.execute(tx);
}

type ReadLines = Pick<ImportReport, 'lines' | 'suspicious' | 'suspiciousCount'>;

/** @throws BadTableFile when all lines were read */
async function stageLines(
  tx: Tx,
  file: TableFile,
  header: Header,
  { replace = false, onProgress = () => {} }: ImportOptions,
): Promise<ReadLines> {
  const bad = new BadLines<LineProblem>();
  const suspicious: { line: number }[] = [];
  let suspiciousCount = 0;
  let lines = 0;
  let batch: RegisterRow[] = [];
  for await (const one of file.lines) {
    const row = 'problem' in one ? { bad: [one] } : readRow(one, header.columns);
    if ('bad' in row) bad.add(row.bad);
    else batch.push(row);
    if ('name' in row && row.suspicious) {
      suspiciousCount += 1;
      if (suspicious.length < reportedAtMost) suspicious.push({ line: row.line });
    }
    lines += 1;
    if (lines % batchLines > 0) continue;
    await stage(tx, batch);
    batch = [];
    onProgress(lines);
  }
  await stage(tx, batch);
  if (lines % batchLines > 0) onProgress(lines);
  if (lines === 0) bad.add([{ line: header.line, problem: 'no-lines' }]);
  await analyzeStage(tx);
  const collisions = await findCollisions(tx, { replace });
  bad.add(collisions.bad, collisions.count);
  bad.refuseAny();
  return { lines, suspicious, suspiciousCount };
}

interface NewImport extends ReadLines {
  readonly source: string;
  readonly digest: string;
  readonly kinds: readonly IdentityKind[];
}

/** Brings the register to what the staged lines say, and writes down what that changes. */
async function bringIn(
  tx: Tx,
  { source, digest, kinds, ...read }: NewImport,
  { actor, now, replace = false, onChanges }: ImportOptions,
): Promise<ImportReport> {
  const id = randomId();
  const { lines } = read;
  const row = { id, source, digest, rows: lines, imported_at: now };
  await tx.insertInto('registry_import').values(row).execute();
  await matchLines(tx, kinds);
  await findChanges(tx, id, { kinds, replace });
  await applyChanges(tx, id);
  const counts = await countChanges(tx, id);
  const unchanged = lines - counts.added - counts.changed;
  const data = { source, digest, lines, ...counts, unchanged, replace };
  await record(tx, { actor, action: 'registry.imported', subject: `import:${id}`, data }, now);
  await onChanges?.(listChanges(tx, id));
  return { ...read, ...counts, unchanged };
}
