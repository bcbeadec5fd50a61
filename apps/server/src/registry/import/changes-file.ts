import { type FileHandle, open, rm } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Language } from '@certdesk/contract';
import { DeskError } from '../../platform/error.ts';
import { changeKindText } from './change-text.ts';
import { registerColumns } from './columns.ts';
import type { RegisterChange } from './list.ts';

const headings: Readonly<Record<Language, readonly string[]>> = {
  zh: ['变更', '行', '单位名称', '号码', '字段', '原值', '新值'],
  en: ['change', 'line', 'name', 'number', 'field', 'before', 'after'],
};

/** Characters kept back until they are written. */
const bufferLength = 64 * 1024;

/** All that an import changes, as a CSV file with a line for each field. */
export class ChangesFile {
  readonly #path: string;
  readonly #file: FileHandle;
  readonly #language: Language;
  #text: string;

  private constructor(path: string, file: FileHandle, language: Language) {
    this.#path = path;
    this.#file = file;
    this.#language = language;
    // Spreadsheets take a file without the byte order mark for one in the machine's old encoding.
    this.#text = `\u{FEFF}${csvLine(headings[language])}`;
  }

  /** @throws DeskError `file-exists`, `import-changes-unwritable` */
  static async create(path: string, language: Language): Promise<ChangesFile> {
    const file = await open(path, 'wx').catch((error: unknown) => {
      throw unwritable(path, error);
    });
    return new ChangesFile(path, file, language);
  }

  /** @throws DeskError `import-changes-unwritable` */
  async add({ kind, line, name, number, fields }: RegisterChange): Promise<void> {
    const who = [changeKindText(kind, this.#language), String(line ?? ''), name, number?.value ?? ''];
    for (const { field, before, after } of fields) {
      const title = registerColumns.title(field, this.#language);
      this.#text += csvLine([...who, title, before ?? '', after ?? '']);
    }
    if (this.#text.length > bufferLength) await this.#flush();
  }

  /** Waits until it is on the disk. @throws DeskError `import-changes-unwritable` */
  async finish(): Promise<void> {
    await this.#flush();
    await this.#file.sync().catch((error: unknown) => {
      throw unwritable(this.#path, error);
    });
  }

  async close(): Promise<void> {
    await this.#file.close();
  }

  /** Nothing came of the import. */
  async discard(): Promise<void> {
    await rm(this.#path, { force: true });
  }

  async #flush(): Promise<void> {
    const text = this.#text;
    this.#text = '';
    await this.#file.writeFile(text).catch((error: unknown) => {
      throw unwritable(this.#path, error);
    });
  }
}

/** RFC 4180. */
function csvLine(cells: readonly string[]): string {
  return `${cells.map((cell) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(',')}\r\n`;
}

function unwritable(path: string, error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'EEXIST') return new DeskError('file-exists', { file: basename(path) }, { cause: error });
  return new DeskError(
    'import-changes-unwritable',
    { file: basename(path), reason: code ?? '–' },
    { cause: error },
  );
}
