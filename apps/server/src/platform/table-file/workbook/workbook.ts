/** XLSX files, in constant memory. */
import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { basename } from 'node:path';
import { DeskError } from '../../error.ts';
import type { CellProblem } from '../bad-lines.ts';
import { type FileCells, type TableFile, unreadable } from '../table-file.ts';
import { findSheet } from './frame.ts';
import { Parts } from './parts.ts';
import { readRows, readSharedTexts, rowAtMost, type SheetRow } from './sheet.ts';
import { Texts } from './texts.ts';

/** Octets that a sheet, or its shared texts, may have unpacked. Excel's longest sheet with nine columns has half of it. */
const unpackedAtMost = 2_000_000_000;

/**
 * Opens a workbook (ECMA-376) and reads its first sheet that is not hidden, a row at a time; a formula counts as what it
 * came to when the file was saved. Shared texts lie in a file meanwhile.
 * @param file is closed with what is returned
 * @throws DeskError `import-file-damaged` and `import-file-unreadable`, from `lines` as well; `import-file-too-large`
 */
export async function openWorkbook(path: string, file: FileHandle): Promise<TableFile> {
  try {
    const digest = await digestOf(file);
    const parts = await Parts.open(file.fd);
    const { sheet, texts, sheets } = await findSheet(parts);
    if ([sheet, texts].some((part) => part && parts.size(part) > unpackedAtMost)) {
      const details = { file: basename(path), megabytes: unpackedAtMost / 1e6 };
      throw new DeskError('import-file-too-large', details);
    }
    return {
      sheets,
      lines: readLines(path, parts, sheet, texts),
      digest: () => digest,
      close: () => file.close(),
    };
  } catch (error) {
    throw translated(path, error);
  }
}

async function digestOf(file: FileHandle): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of file.createReadStream({ autoClose: false, start: 0 })) hash.update(chunk);
  return hash.digest('hex');
}

async function* readLines(
  path: string,
  parts: Parts,
  sheet: string,
  texts: string | undefined,
): AsyncGenerator<FileCells> {
  const shared = new Texts();
  try {
    if (texts) for await (const text of readSharedTexts(parts.text(texts))) shared.add(text);
    let width = 0;
    for await (const row of readRows(parts.text(sheet))) {
      const line = withTexts(row, shared);
      if (!line.typed && line.cells.every((cell) => cell.trim() === '')) continue;
      // Cells at a row's end that are empty are left out; every line has as many as the header.
      width ||= line.cells.length;
      while (line.cells.length < width) line.cells.push('');
      yield line;
    }
  } catch (error) {
    throw translated(path, error);
  } finally {
    shared.close();
  }
}

function withTexts({ line, cells }: SheetRow, shared: Texts): FileCells & { cells: string[] } {
  const texts: string[] = [];
  const typed = new Map<number, CellProblem>();
  let length = 0;
  for (const { column, text, isShared, problem } of cells) {
    while (texts.length < column) texts.push('');
    const said = isShared ? shared.get(Number(text)) : text;
    if (said === undefined) throw new Error(`row ${line}: no text ${text}`);
    length += said.length;
    if (length > rowAtMost) throw new Error(`row ${line} is too long`);
    texts.push(said);
    if (problem) typed.set(column, problem);
  }
  return { line, cells: texts, ...(typed.size > 0 && { typed }) };
}

/** What ZIP, XML and sheets say of a damaged file are errors of many kinds; those of the file system are known. */
function translated(path: string, error: unknown): unknown {
  if (error instanceof DeskError) return error;
  const known = unreadable(path, error);
  if (known !== error) return known;
  const reason = error instanceof Error ? error.message : String(error);
  return new DeskError('import-file-damaged', { file: basename(path), reason }, { cause: error });
}
