import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { parse } from 'csv-parse';
import { DeskError } from '../../platform/error.ts';
import { type Column, columnOf } from './columns.ts';

export interface FileRow {
  readonly line: number;
  readonly cells: readonly string[];
}

export interface RegisterFile {
  readonly columns: readonly Column[];
  /** Empty lines are left out, as spreadsheets leave some at the end. */
  readonly rows: AsyncIterable<FileRow>;
  /** SHA-256 of the whole file, lower-case hex, once all rows were read. */
  digest(): string;
}

/**
 * Opens a CSV file (RFC 4180; UTF-8 with or without a byte order mark), a line at a time.
 * @throws DeskError `registry-file-unreadable` saying what: no such file, not UTF-8, a heading that is unknown, missing or twice
 */
export async function openRegisterFile(path: string): Promise<RegisterFile> {
  const hash = createHash('sha256');
  const records = readRecords(path, hash);
  const first = await records.next();
  if (first.done) throw unreadable('the file is empty');
  return {
    columns: columnsOf(first.value.cells),
    rows: nonEmpty(records),
    digest: () => hash.digest('hex'),
  };
}

function columnsOf(headings: readonly string[]): Column[] {
  const columns = headings.map((heading) => {
    const column = columnOf(heading);
    if (!column) throw unreadable(`the heading “${heading.slice(0, 40)}” is not known`);
    return column;
  });
  const twice = columns.find((column, at) => columns.indexOf(column) !== at);
  if (twice) throw unreadable(`two columns are headed ${twice}`);
  if (!columns.includes('name')) throw unreadable('there is no column “name”');
  return columns;
}

async function* readRecords(path: string, hash: ReturnType<typeof createHash>): AsyncGenerator<FileRow> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const parser = parse({ bom: true, relax_column_count: true, info: true, max_record_size: 64 * 1024 });
  const file = createReadStream(path);
  const feed = async () => {
    try {
      for await (const chunk of file as AsyncIterable<Buffer>) {
        hash.update(chunk);
        const text = decoder.decode(chunk, { stream: true });
        if (!parser.write(text)) await new Promise((resolve) => parser.once('drain', resolve));
      }
      parser.write(decoder.decode());
      parser.end();
    } catch (error) {
      parser.destroy(error as Error);
    }
  };
  const feeding = feed();
  try {
    let line = 1;
    for await (const { record, info } of parser as AsyncIterable<{
      record: string[];
      info: { lines: number };
    }>) {
      yield { line, cells: record };
      line = info.lines + 1;
    }
    await feeding;
  } catch (error) {
    throw error instanceof DeskError ? error : unreadable(reasonOf(error));
  } finally {
    file.destroy();
    parser.destroy();
  }
}

async function* nonEmpty(records: AsyncGenerator<FileRow>): AsyncGenerator<FileRow> {
  for await (const row of records) {
    if (row.cells.some((cell) => cell.trim() !== '')) yield row;
  }
}

function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return 'there is no such file';
  if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA') return 'it is not UTF-8; save it as “CSV UTF-8”';
  return message;
}

const unreadable = (reason: string) => new DeskError('registry-file-unreadable', { reason });
