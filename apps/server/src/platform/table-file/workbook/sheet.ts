/** The rows of a sheet, and the texts that sheets share (ECMA-376-1 §18.3, §18.4). */
import type { CellProblem } from '../bad-lines.ts';
import { readXml, type XmlListener } from './xml.ts';

export interface SheetCell {
  /** Counted from 0. */
  readonly column: number;
  readonly text: string;
  /** The text is the number of a shared one. */
  readonly isShared: boolean;
  readonly problem?: CellProblem;
}

export interface SheetRow {
  readonly line: number;
  readonly cells: readonly SheetCell[];
}

/** §18.3.1.13: XFD is the last one. */
const columnsAtMost = 16_384;

/** Characters of a row's cells. No list has longer ones. */
export const rowAtMost = 1024 * 1024;

/** @param chunks of the part. @throws Error where it is no sheet */
export function readRows(chunks: AsyncIterable<string>): AsyncGenerator<SheetRow> {
  return readXml(chunks, (take) => new SheetListener(take));
}

class SheetListener implements XmlListener {
  readonly #take: (row: SheetRow) => void;
  #line = 0;
  #column = -1;
  #length = 0;
  #cells: SheetCell[] = [];
  #cell: OpenCell | undefined;
  readonly #texts = new TextElements();

  constructor(take: (row: SheetRow) => void) {
    this.#take = take;
  }

  open(name: string, attribute: (name: string) => string | undefined): void {
    if (name === 'row') this.#openRow(attribute('r'));
    else if (name === 'c') this.#openCell(attribute('r'), attribute('t'));
    else if (this.#cell) {
      if (name === 'f') this.#cell.formula = true;
      if (name === 'v' || name === 'is') this.#cell.value = true;
      this.#texts.open(name);
    }
  }

  text(text: string): void {
    this.#texts.text(text);
  }

  close(name: string): void {
    this.#texts.close(name);
    if (name === 'c' && this.#cell) this.#closeCell(this.#cell);
    if (name === 'row') this.#take({ line: this.#line, cells: this.#cells });
  }

  /** Rows and cells without a place of their own follow the one before. */
  #openRow(place: string | undefined): void {
    const line = place === undefined ? this.#line + 1 : Number(place);
    if (!(Number.isSafeInteger(line) && line > this.#line)) throw new Error(`row ${place}`);
    this.#line = line;
    this.#column = -1;
    this.#length = 0;
    this.#cells = [];
  }

  #openCell(place: string | undefined, type = 'n'): void {
    const column = place === undefined ? this.#column + 1 : columnOf(place);
    if (!(column > this.#column && column < columnsAtMost)) throw new Error(`cell ${place}`);
    this.#column = column;
    this.#cell = { column, type, formula: false, value: false };
    this.#texts.begin();
  }

  #closeCell({ column, type, formula, value }: OpenCell): void {
    const found = this.#texts.end();
    this.#cell = undefined;
    this.#length += found.length;
    if (this.#length > rowAtMost) throw new Error(`row ${this.#line} is too long`);
    const problem = formula && !value ? 'cell-uncalculated' : found === '' ? undefined : problemOf(type);
    if (found === '' && !problem) return;
    const text = type === 's' ? found : type === 'n' ? plainNumber(found) : unescaped(found);
    this.#cells.push({ column, text, isShared: type === 's', ...(problem && { problem }) });
  }
}

interface OpenCell {
  readonly column: number;
  /** §18.18.11. */
  readonly type: string;
  formula: boolean;
  value: boolean;
}

/** What a formula comes to counts as what it is: a text, a number, an error. */
function problemOf(type: string): CellProblem | undefined {
  if (type === 's' || type === 'str' || type === 'inlineStr') return undefined;
  return type === 'e' ? 'cell-error' : 'cell-typed';
}

/** AB12 is column 27, counted from 0. */
function columnOf(place: string): number {
  const letters = /^[A-Z]{1,3}(?=\d+$)/.exec(place)?.[0] ?? '';
  return [...letters].reduce((column, letter) => column * 26 + letter.charCodeAt(0) - 64, 0) - 1;
}

/** As people write it: spreadsheets store 310106 as 3.10106E5 too, and 31.1 as 31.100000000000001. */
function plainNumber(text: string): string {
  return text !== '' && Math.abs(Number(text)) <= Number.MAX_SAFE_INTEGER ? String(Number(text)) : text;
}

/** @param chunks of the part. @returns the texts in their order. @throws Error where it is no list of texts */
export function readSharedTexts(chunks: AsyncIterable<string>): AsyncGenerator<string> {
  return readXml(chunks, (take) => {
    const texts = new TextElements();
    return {
      open(name) {
        if (name === 'si') texts.begin();
        else texts.open(name);
      },
      text: (text) => texts.text(text),
      close(name) {
        texts.close(name);
        if (name === 'si') take(unescaped(texts.end()));
      },
    };
  });
}

/** Puts together what stands in a cell or a shared text: its value, or the runs of its text without how they are spoken. */
class TextElements {
  #text = '';
  #wanted = 0;
  #spoken = 0;

  begin(): void {
    this.#text = '';
    this.#wanted = 0;
    this.#spoken = 0;
  }

  open(name: string): void {
    if (name === 't' || name === 'v') this.#wanted += 1;
    if (name === 'rPh') this.#spoken += 1;
  }

  text(text: string): void {
    if (this.#wanted > 0 && this.#spoken === 0) this.#text += text;
    if (this.#text.length > rowAtMost) throw new Error('a text too long');
  }

  close(name: string): void {
    if (name === 't' || name === 'v') this.#wanted -= 1;
    if (name === 'rPh') this.#spoken -= 1;
  }

  end(): string {
    this.#wanted = 0;
    return this.#text;
  }
}

/** §22.9.2.19: what XML cannot have is written by its number, _x000D_. */
function unescaped(text: string): string {
  return text.replace(/_x([0-9A-Fa-f]{4})_/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 16)),
  );
}
