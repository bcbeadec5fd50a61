// Register files of any size, made up line by line.

import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { writeWorkbook } from '../test/support/workbook.mjs';

export const REGISTER_HEADINGS = ['name', 'state', 'division', 'uscc', 'socialInsurance', 'housingFund'];

/** GB 32100-2015 §4.2. */
const ALPHABET = '0123456789ABCDEFGHJKLMNPQRTUWXY';

/**
 * @param {number} number
 * @returns {string[]} an entity's cells
 */
function entity(number) {
  const nine = String(number).padStart(9, '0');
  return [
    `上海示例贸易第${number}有限公司`,
    number % 50 === 0 ? 'closed' : 'active',
    '310106',
    withCheckCharacter(`91310106${nine}`),
    nine,
    `88${nine}`,
  ];
}

/**
 * GB 32100-2015 §4.6.
 * @param {string} code its first 17 characters
 */
function withCheckCharacter(code) {
  let sum = 0;
  for (let at = 0, weight = 1; at < code.length; at += 1, weight = (weight * 3) % 31)
    sum += weight * ALPHABET.indexOf(code[at] ?? '');
  return `${code}${ALPHABET[(31 - (sum % 31)) % 31]}`;
}

/** @param {number} count of entities */
function* rows(count) {
  yield REGISTER_HEADINGS;
  for (let number = 0; number < count; number += 1) yield entity(number);
}

/**
 * @param {string} path
 * @param {number} count of entities
 */
export async function writeRegisterCsv(path, count) {
  function* lines() {
    let text = '';
    for (const cells of rows(count)) {
      text += `${cells.join(',')}\n`;
      if (text.length < 65_536) continue;
      yield text;
      text = '';
    }
    yield text;
  }
  await pipeline(Readable.from(lines()), createWriteStream(path));
}

/**
 * As Excel writes it: every text, all of them different ones here, is shared and stands behind the sheet.
 * @param {string} path
 * @param {number} count of entities
 */
export async function writeRegisterWorkbook(path, count) {
  await writeWorkbook(path, [{ name: '法人库', rows: () => rows(count) }]);
}
