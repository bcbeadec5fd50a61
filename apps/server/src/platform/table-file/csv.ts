import type { FileHandle } from 'node:fs/promises';
import { pipeline, Readable } from 'node:stream';
import { type Options, type Parser, parse } from 'csv-parse';
import type { BadLine } from './bad-lines.ts';
import { type FileLine, type TableFile, unreadable } from './table-file.ts';
import { FileText } from './text.ts';

/** Octets of a line's cells. No list has longer ones; a quotation mark that is never closed makes one. */
const longest = 64 * 1024;

/**
 * Reads a CSV file (RFC 4180; UTF-8 with or without a byte order mark; any line breaks) a line at a time. It holds no more
 * of the file than some chunks, whatever stands in it.
 * @returns whose `lines` throw DeskError `import-file-unreadable`
 */
export function readCsv(path: string, file: FileHandle): TableFile {
  const text = new FileText(file.createReadStream({ autoClose: false, start: 0 }) as AsyncIterable<Buffer>);
  return {
    lines: readLines(path, text),
    digest: () => text.digest(),
    close: () => file.close(),
  };
}

interface ParsedLine {
  readonly line: number;
  readonly lastLine: number;
  readonly cells: readonly string[];
}

async function* readLines(path: string, text: FileText): AsyncGenerator<FileLine> {
  const broken: BadLine[] = [];
  const parser = csvParser(text, (bad) => broken.push(bad));
  // Its callback tells of errors that the loop below throws as well.
  pipeline(Readable.from(text.pieces()), parser, () => {});
  /** Where the text ended early, the rest of that line is no line. */
  const isWhole = (line: number) => text.stoppedAt === undefined || line < text.stoppedAt;
  try {
    for await (const { line, lastLine, cells } of parser as AsyncIterable<ParsedLine>) {
      // The parser is ahead of this loop.
      while (broken[0] && broken[0].line < line) yield* broken.splice(0, 1);
      if (isWhole(lastLine) && cells.some((cell) => cell.trim() !== '')) yield { line, cells };
    }
  } catch (error) {
    throw unreadable(path, error);
  } finally {
    parser.destroy();
  }
  yield* broken.filter(({ line }) => isWhole(line));
  if (text.stoppedAt) yield { line: text.stoppedAt, problem: 'encoding' };
}

/** A parser that leaves broken lines out, tells of each once, and goes on behind it as well as can be. */
function csvParser(text: FileText, tell: (bad: BadLine) => void): Parser {
  let lastWhole = 0;
  let last: BadLine | undefined;
  const options: Options<ParsedLine, string[]> = {
    record_delimiter: '\n',
    relax_column_count: true,
    max_record_size: longest,
    skip_records_with_error: true,
    on_record: (cells, { lines }) => {
      lastWhole = lines;
      return { line: lines - breaksIn(cells), lastLine: lines, cells };
    },
    on_skip: (error) => {
      if (error?.code === 'CSV_QUOTE_NOT_CLOSED' && text.stoppedAt !== undefined) return;
      const isOpen = error?.code === 'CSV_MAX_RECORD_SIZE' || error?.code === 'CSV_QUOTE_NOT_CLOSED';
      const problem = isOpen ? 'line-open' : 'quotes';
      const line = isOpen ? Math.max(lastWhole + 1, last?.line ?? 0) : Number(error?.lines);
      if (last?.line === line && last.problem === problem) return;
      last = { line, problem };
      tell(last);
    },
  };
  // Its types know of other records than arrays only where there are column names.
  return parse(options as unknown as Options);
}

const breaksIn = (cells: readonly string[]) => cells.join('').split('\n').length - 1;
