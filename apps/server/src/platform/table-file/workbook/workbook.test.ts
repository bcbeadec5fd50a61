import { readFile, writeFile } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { writeWorkbook } from '../../../../../../test/support/workbook.mjs';
import { openTableFile } from '../open.ts';
import { fileOf } from '../table-file.test-support.ts';
import type { FileLine } from '../table-file.ts';

type Sheets = Parameters<typeof writeWorkbook>[1];
type Options = Parameters<typeof writeWorkbook>[2];
type Rows = ReturnType<Sheets[number]['rows']>;

async function workbookOf(rows: Rows | Sheets, options?: Options): Promise<string> {
  const path = await fileOf('', 'register.xlsx');
  const [first] = rows;
  const sheets = first && 'rows' in first ? (rows as Sheets) : [{ name: '法人库', rows: () => rows as Rows }];
  await writeWorkbook(path, sheets, options);
  return path;
}

async function read(path: string) {
  const file = await openTableFile(path);
  const lines: FileLine[] = [];
  try {
    for await (const line of file.lines) lines.push(line);
  } finally {
    await file.close();
  }
  return { lines, sheets: file.sheets, digest: file.digest() };
}

const linesOf = async (rows: Rows, options?: Options) => (await read(await workbookOf(rows, options))).lines;
const cell = (xml: string) => ({ xml });
const worksheet = (rows: string) => ({
  more: { 'xl/worksheets/sheet1.xml': `<worksheet><sheetData>${rows}</sheetData></worksheet>` },
});
const firstCell = async (xml: string) => {
  const [, line] = await linesOf([
    ['a', 'b'],
    ['x', cell(xml)],
  ]);
  return line;
};

describe('the rows of a workbook', () => {
  test('are its first sheet’s, which says what it is called; texts may be shared or not', async () => {
    const rows = [['名称', '号码'], ['上海“示例”,贸易', '00123456'], [], ['', ''], ['乙', '', 'x']];
    for (const inline of [false, true]) {
      const { lines, sheets } = await read(await workbookOf(rows, { inline }));
      expect(lines).toEqual([
        { line: 1, cells: ['名称', '号码'] },
        { line: 2, cells: ['上海“示例”,贸易', '00123456'] },
        { line: 5, cells: ['乙', '', 'x'] },
      ]);
      expect(sheets).toEqual({ read: '法人库', others: [] });
    }
  });

  test('have as many cells as the header', async () => {
    expect(await linesOf([['a', 'b', 'c'], ['1'], ['', '2']])).toEqual([
      { line: 1, cells: ['a', 'b', 'c'] },
      { line: 2, cells: ['1', '', ''] },
      { line: 3, cells: ['', '2', ''] },
    ]);
  });

  test('of other sheets are not read, nor of one that is hidden, and that is said', async () => {
    const sheet = (name: string, state?: 'hidden' | 'veryHidden') => ({
      name,
      rows: () => [[name]],
      ...(state && { state }),
    });
    const path = await workbookOf([
      sheet('参数', 'veryHidden'),
      sheet('旧', 'hidden'),
      sheet('新'),
      sheet('表3'),
    ]);
    expect(await read(path)).toMatchObject({
      lines: [{ line: 1, cells: ['新'] }],
      sheets: { read: '新', others: ['参数', '旧', '表3'] },
    });
  });

  test('may be written with prefixes, without places, by a program that calls its parts otherwise', async () => {
    const more = {
      '_rels/.rels':
        '<Relationships><Relationship Id="a" Type="http://purl.oclc.org/ooxml/officeDocument/relationships/officeDocument" Target="/book/main.xml"/></Relationships>',
      'book/main.xml':
        '<x:workbook xmlns:x="x" xmlns:q="q"><x:sheets><x:sheet name="one" sheetId="1" q:id="s"/></x:sheets></x:workbook>',
      'book/_rels/main.xml.rels':
        '<Relationships><Relationship Id="s" Type="http://purl.oclc.org/ooxml/officeDocument/relationships/worksheet" Target="../pages/p.xml"/></Relationships>',
      'pages/p.xml':
        '<x:worksheet xmlns:x="x"><x:sheetData><x:row><x:c t="inlineStr"><x:is><x:t>a</x:t></x:is></x:c><x:c t="str"><x:v>b</x:v></x:c></x:row></x:sheetData></x:worksheet>',
    };
    expect(await linesOf([['not this']], { more })).toEqual([{ line: 1, cells: ['a', 'b'] }]);
  });

  test('say the same whatever the texts are, also where they are many and asked for in any order', async () => {
    const texts = fc.string({
      unit: fc.constantFrom('a', '名', '𠮷', '&', '<', ' ', '_x0041_', '\r', '"', ']]>'),
      minLength: 1,
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(texts, texts), { minLength: 1 }),
        fc.boolean(),
        async (rows, inline) => {
          const expected = [['a', 'b'], ...rows]
            .map((cells, at) => ({ line: at + 1, cells }))
            .filter(({ cells }) => cells.join('').trim() !== '');
          expect(await linesOf([['a', 'b'], ...rows], { inline })).toEqual(expected);
        },
      ),
      { numRuns: 50 },
    );
    const count = 30_000;
    const shared = Array.from({ length: count }, (_, at) => `<si><t>第${at}有限公司</t></si>`).join('');
    const order = Array.from({ length: count }, (_, at) => (at * 7919) % count);
    const xml = order.map((at) => `<row><c t="s"><v>${at}</v></c></row>`).join('');
    const { more } = worksheet(xml);
    const lines = await linesOf([[]], { more: { ...more, 'xl/sharedStrings.xml': `<sst>${shared}</sst>` } });
    expect(lines).toEqual(order.map((at, index) => ({ line: index + 1, cells: [`第${at}有限公司`] })));
  });

  test('come without how their texts are spoken or look', async () => {
    const rich =
      '<is><r><t>上海</t></r><rPh sb="0" eb="1"><t>shang hai</t></rPh><r><rPr><b/></rPr><t>示例</t></r><phoneticPr/></is>';
    expect(await firstCell(`t="inlineStr">${rich}`)).toEqual({ line: 2, cells: ['x', '上海示例'] });
  });

  test.each([
    ['a formula’s text', 't="str"><f>A1</f><v>甲</v>', '甲', undefined],
    ['a formula’s empty text', 't="str"><f>A1</f><v></v>', '', undefined],
    ['a formula’s number', '><f>1+1</f><v>2</v>', '2', 'cell-typed'],
    ['a formula without its result', '><f>1+1</f>', '', 'cell-uncalculated'],
    ['a number', '><v>310106</v>', '310106', 'cell-typed'],
    ['a number in another writing', '><v>3.10106E5</v>', '310106', 'cell-typed'],
    ['a fraction', '><v>31.100000000000001</v>', '31.1', 'cell-typed'],
    [
      'a number of more digits than a spreadsheet keeps',
      '><v>9.1310106669433798E+17</v>',
      '9.1310106669433798E+17',
      'cell-typed',
    ],
    ['a date', 't="d"><v>2027-03-01</v>', '2027-03-01', 'cell-typed'],
    ['a truth value', 't="b"><v>1</v>', '1', 'cell-typed'],
    ['an error', 't="e"><v>#N/A</v>', '#N/A', 'cell-error'],
    ['nothing', 's="1">', '', undefined],
  ])('hold %s', async (_, xml, text, problem) => {
    expect(await firstCell(xml)).toEqual({
      line: 2,
      cells: ['x', text],
      ...(problem && { typed: new Map([[1, problem]]) }),
    });
  });
});

describe('a file that is no whole workbook is told as such', () => {
  const refused = (path: string) => expect(read(path)).rejects;
  const damaged = (reason: string) => ({
    code: 'import-file-damaged',
    details: { file: 'register.xlsx', reason: expect.stringContaining(reason) },
  });

  test('cut off anywhere', async () => {
    const path = await workbookOf([['a'], ['b']]);
    const whole = await readFile(path);
    for (const length of [4, 100, whole.length >> 1, whole.length - 1]) {
      await writeFile(path, whole.subarray(0, length));
      await refused(path).toMatchObject({ code: 'import-file-damaged' });
    }
  });

  test('with any octet of its texts changed', async () => {
    const path = await workbookOf([['a'], ['上海示例贸易有限公司'], ['b']], { inline: true });
    const whole = await readFile(path);
    const begin = whole.indexOf('xl/worksheets/sheet1.xml') + 24;
    const end = whole.indexOf(Buffer.from([0x50, 0x4b, 0x07, 0x08]), begin);
    for (let at = begin; at < end; at += 7) {
      const changed = Buffer.from(whole);
      changed[at] = (changed[at] ?? 0) ^ 0x10;
      await writeFile(path, changed);
      await refused(path).toMatchObject({ code: 'import-file-damaged' });
    }
  });

  test.each([
    ['a document of another kind', { '_rels/.rels': '<Relationships/>' }, 'no workbook'],
    ['without the sheet that it names', { 'xl/_rels/workbook.xml.rels': '<Relationships/>' }, 'no sheet'],
    [
      'with a document type',
      worksheet('').more && { 'xl/worksheets/sheet1.xml': '<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>' },
      'document type',
    ],
    ['with a text that is not there', worksheet('<row><c t="s"><v>9</v></c></row>').more, 'no text 9'],
    ['with rows out of order', worksheet('<row r="2"/><row r="1"/>').more, 'row 1'],
    ['with cells out of order', worksheet('<row><c r="B1"/><c r="A1"/></row>').more, 'cell A1'],
    ['with too many columns', worksheet('<row><c r="XFE1"><v>1</v></c></row>').more, 'cell XFE1'],
    ['without an end', { 'xl/worksheets/sheet1.xml': '<worksheet><sheetData><row>' }, 'unclosed tag'],
    ['with elements without end', worksheet('<a>'.repeat(100)).more, 'too deep'],
    [
      'with one text without end',
      worksheet(`<row><c><v>${'1'.repeat(1_000_000)}</v></c></row>`).more,
      'too long',
    ],
    [
      'with one row without end',
      worksheet(`<row>${`<c><v>${'1'.repeat(30_000)}</v></c>`.repeat(100)}</row>`).more,
      'too long',
    ],
    [
      'with a small text used without end',
      {
        ...worksheet(`<row>${'<c t="s"><v>0</v></c>'.repeat(100)}</row>`).more,
        'xl/sharedStrings.xml': `<sst><si><t>${'1'.repeat(30_000)}</t></si></sst>`,
      },
      'too long',
    ],
  ])('%s', async (_, more, reason) => {
    await refused(await workbookOf([['a']], { more })).toMatchObject(damaged(reason));
  });

  test('one that says it unpacks to very much, before it is unpacked', async () => {
    const path = await workbookOf([['a']], { inline: true });
    const octets = await readFile(path);
    const directory = octets.lastIndexOf('xl/worksheets/sheet1.xml') - 46;
    octets.writeUInt32LE(2_100_000_000, directory + 24);
    await writeFile(path, octets);
    await refused(path).toMatchObject({
      code: 'import-file-too-large',
      details: { file: 'register.xlsx', megabytes: 2000 },
    });
  });

  test('one that unpacks to more than it says', async () => {
    const path = await workbookOf([['a'], ['b']], { inline: true });
    const octets = await readFile(path);
    const directory = octets.lastIndexOf('xl/worksheets/sheet1.xml') - 46;
    octets.writeUInt32LE(10, directory + 24);
    await writeFile(path, octets);
    await refused(path).toMatchObject({ code: 'import-file-damaged' });
  });

  test('an old one, or one with a password', async () => {
    const path = await fileOf(Buffer.from('d0cf11e0a1b11ae1', 'hex'), 'register.xlsx');
    await refused(path).toMatchObject({
      code: 'import-file-old-workbook',
      details: { file: 'register.xlsx' },
    });
  });
});

test('what a file is it says itself, whatever it is called', async () => {
  const csv = await fileOf('a,b\n1,2\n', 'register.xlsx');
  expect((await read(csv)).lines).toEqual([
    { line: 1, cells: ['a', 'b'] },
    { line: 2, cells: ['1', '2'] },
  ]);
  const workbook = await fileOf(await readFile(await workbookOf([['a']])), 'register.csv');
  expect((await read(workbook)).lines).toEqual([{ line: 1, cells: ['a'] }]);
});
