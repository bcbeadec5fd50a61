import { type FileHandle, open } from 'node:fs/promises';
import { basename } from 'node:path';
import { DeskError } from '../error.ts';
import { readCsv } from './csv.ts';
import { type TableFile, unreadable } from './table-file.ts';
import { openWorkbook } from './workbook/workbook.ts';

/** ZIP, as XLSX is; the compound files of old Excels, which those with a password are as well. */
const signatures = { zip: 'PK\u0003\u0004', compound: '\u00D0\u00CF\u0011\u00E0' };

/**
 * Opens a file that an operator has made: CSV, or XLSX. What it is it says itself, whatever it is called.
 * @throws DeskError `import-file-unreadable`, `import-file-damaged`, `import-file-too-large`, from `lines` as well;
 *   `import-file-old-workbook`
 */
export async function openTableFile(path: string): Promise<TableFile> {
  const file = await open(path).catch((error: unknown) => {
    throw unreadable(path, error);
  });
  try {
    const begins = await beginningOf(file).catch((error: unknown) => {
      throw unreadable(path, error);
    });
    if (begins === signatures.compound)
      throw new DeskError('import-file-old-workbook', { file: basename(path) });
    return begins === signatures.zip ? await openWorkbook(path, file) : readCsv(path, file);
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function beginningOf(file: FileHandle): Promise<string> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4, 0);
  return buffer.toString('latin1', 0, bytesRead);
}
