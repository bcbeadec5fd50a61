// Writes XLSX files (ECMA-376) of any size, for tests and measurements: parts in the order in which Excel has them, shared
// texts behind the sheets that use them.

import { open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { crc32, createDeflateRaw } from 'node:zlib';

/**
 * @typedef {string | { xml: string }} Cell a text, or the cell's XML: attributes of `c` and what is in it, as `t="n"><v>1</v>`
 * @typedef {{ name: string, rows: () => Iterable<readonly Cell[]>, state?: 'hidden' | 'veryHidden' }} Sheet
 * @typedef {{ inline?: boolean, more?: Readonly<Record<string, string>> }} Options `inline`: texts stand in their cells;
 *   `more`: other parts, or other contents of these
 */

/**
 * @param {string} path
 * @param {readonly Sheet[]} sheets
 * @param {Options} [options]
 */
export async function writeWorkbook(path, sheets, { inline = false, more = {} } = {}) {
  const parts = new Map(Object.entries({ ...frame(sheets, !inline), ...more }));
  const shared = inline ? undefined : { count: 0 };
  const zip = await ZipWriter.create(path);
  for (const [name, content] of parts) await zip.add(name, [content]);
  for (const [at, sheet] of sheets.entries()) {
    const name = `xl/worksheets/sheet${at + 1}.xml`;
    if (!parts.has(name)) await zip.add(name, sheetXml(sheet, shared));
  }
  if (shared && !parts.has('xl/sharedStrings.xml')) await zip.add('xl/sharedStrings.xml', sharedXml(sheets));
  await zip.end();
}

const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006';
const HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';

/**
 * The parts that say what the others are.
 * @param {readonly Sheet[]} sheets
 * @param {boolean} shares whether there is a part of shared texts
 */
function frame(sheets, shares) {
  const types = 'application/vnd.openxmlformats-officedocument.spreadsheetml';
  const relationship = (/** @type {string} */ id, /** @type {string} */ type, /** @type {string} */ target) =>
    `<Relationship Id="${id}" Type="${OFFICE}/${type}" Target="${target}"/>`;
  const each = (/** @type {(sheet: Sheet, number: number) => string} */ text) =>
    sheets.map((sheet, at) => text(sheet, at + 1)).join('');
  return {
    '[Content_Types].xml': `${HEAD}<Types xmlns="${PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="${types}.sheet.main+xml"/>${each((_, n) => `<Override PartName="/xl/worksheets/sheet${n}.xml" ContentType="${types}.worksheet+xml"/>`)}<Override PartName="/xl/sharedStrings.xml" ContentType="${types}.sharedStrings+xml"/></Types>`,
    '_rels/.rels': `${HEAD}<Relationships xmlns="${PACKAGE}/relationships">${relationship('rId1', 'officeDocument', 'xl/workbook.xml')}</Relationships>`,
    'xl/workbook.xml': `${HEAD}<workbook xmlns="${MAIN}" xmlns:r="${OFFICE}"><sheets>${each(({ name, state }, n) => `<sheet name="${escaped(name)}" sheetId="${n}"${state ? ` state="${state}"` : ''} r:id="rId${n}"/>`)}</sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': `${HEAD}<Relationships xmlns="${PACKAGE}/relationships">${each((_, n) => relationship(`rId${n}`, 'worksheet', `worksheets/sheet${n}.xml`))}${shares ? relationship('rIdS', 'sharedStrings', 'sharedStrings.xml') : ''}</Relationships>`,
  };
}

/**
 * @param {Sheet} sheet
 * @param {{ count: number } | undefined} shared texts so far; every one is shared once
 */
function* sheetXml({ rows }, shared) {
  yield `${HEAD}<worksheet xmlns="${MAIN}"><sheetData>`;
  let number = 0;
  for (const row of rows()) {
    number += 1;
    let xml = `<row r="${number}">`;
    for (const [at, cell] of row.entries()) {
      const place = `<c r="${columnName(at)}${number}"`;
      if (typeof cell === 'object') xml += `${place} ${cell.xml}</c>`;
      else if (cell === '') continue;
      else if (shared) xml += `${place} t="s"><v>${shared.count++}</v></c>`;
      else xml += `${place} t="inlineStr"><is>${textXml(cell)}</is></c>`;
    }
    yield `${xml}</row>`;
  }
  yield '</sheetData></worksheet>';
}

/** @param {readonly Sheet[]} sheets */
function* sharedXml(sheets) {
  yield `${HEAD}<sst xmlns="${MAIN}">`;
  for (const { rows } of sheets) {
    for (const row of rows()) {
      for (const cell of row) if (typeof cell === 'string' && cell !== '') yield `<si>${textXml(cell)}</si>`;
    }
  }
  yield '</sst>';
}

/** @param {string} text */
function textXml(text) {
  return `<t xml:space="preserve">${escaped(text)}</t>`;
}

/**
 * ECMA-376 22.4.2.4: what XML cannot have, and what would be read as such, is written by its number.
 * @param {string} text
 */
function escaped(text) {
  return text
    .replace(/_(?=x[0-9A-Fa-f]{4}_)/g, '_x005F_')
    .replace(
      /[\p{Cc}\p{Cs}\uFFFE\uFFFF]/gu,
      (one) => `_x${one.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}_`,
    )
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

/** @param {number} at from 0: A … Z, AA … */
function columnName(at) {
  let name = '';
  for (let left = at + 1; left > 0; left = Math.floor((left - 1) / 26))
    name = String.fromCharCode(65 + ((left - 1) % 26)) + name;
  return name;
}

/** A ZIP file, written from front to end; sizes stand behind each part, and in the directory. */
class ZipWriter {
  #file;
  #at = 0;
  /** @type {{ name: Buffer, crc: number, packed: number, size: number, at: number }[]} */
  #parts = [];

  /** @param {import('node:fs/promises').FileHandle} file */
  constructor(file) {
    this.#file = file;
  }

  /** @param {string} path */
  static async create(path) {
    return new ZipWriter(await open(path, 'w'));
  }

  /**
   * @param {string} name
   * @param {Iterable<string>} content
   */
  async add(name, content) {
    const part = { name: Buffer.from(name), crc: 0, packed: 0, size: 0, at: this.#at };
    await this.#write(
      record(0x04034b50, [20, 8 | 0x800, 8, 0, 0x21], [0, 0, 0], [part.name.length, 0]),
      part.name,
    );
    const octets = function* () {
      for (const text of inBlocks(content)) {
        const block = Buffer.from(text);
        part.crc = crc32(block, part.crc);
        part.size += block.length;
        yield block;
      }
    };
    for await (const packed of Readable.from(octets()).pipe(createDeflateRaw({ level: 1 }))) {
      part.packed += packed.length;
      await this.#write(packed);
    }
    await this.#write(record(0x08074b50, [], [part.crc, part.packed, part.size], []));
    this.#parts.push(part);
  }

  async end() {
    const begin = this.#at;
    for (const { name, crc, packed, size, at } of this.#parts)
      await this.#write(
        record(
          0x02014b50,
          [20, 20, 8 | 0x800, 8, 0, 0x21],
          [crc, packed, size],
          [name.length, 0, 0, 0, 0],
          [0, at],
        ),
        name,
      );
    const count = this.#parts.length;
    await this.#write(record(0x06054b50, [0, 0, count, count], [this.#at - begin, begin], [0]));
    await this.#file.close();
  }

  /** @param {Buffer[]} blocks */
  async #write(...blocks) {
    for (const block of blocks) {
      await this.#file.writeFile(block);
      this.#at += block.length;
    }
  }
}

/**
 * Numbers of two and of four octets by turns, behind a signature.
 * @param {number} signature
 * @param {...readonly number[]} groups
 */
function record(signature, ...groups) {
  const octets = [u32(signature)];
  for (const [at, group] of groups.entries()) octets.push(...group.map(at % 2 === 0 ? u16 : u32));
  return Buffer.concat(octets);
}

/** @param {number} value */
function u16(value) {
  return Buffer.from([value & 0xff, value >> 8]);
}

/** @param {number} value */
function u32(value) {
  const octets = Buffer.alloc(4);
  octets.writeUInt32LE(value);
  return octets;
}

/**
 * Small texts put together.
 * @param {Iterable<string>} content
 */
function* inBlocks(content) {
  let text = '';
  for (const piece of content) {
    text += piece;
    if (text.length < 65_536) continue;
    yield text;
    text = '';
  }
  yield text;
}
