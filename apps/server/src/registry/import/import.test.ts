import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { writeWorkbook } from '../../../../../test/support/workbook.mjs';
import type { BadTableFile } from '../../platform/table-file/bad-lines.ts';
import { fileOf } from '../../platform/table-file/table-file.test-support.ts';
import type { Db } from '../../schema/database.ts';
import { now, testRegister } from '../registry.test-support.ts';
import { importRegisterFile } from './import.ts';
import { badLineText, type LineProblem } from './report.ts';

const header =
  'name,state,division,uscc,organizationCode,businessLicense,taxRegistration,socialInsurance,housingFund';
const line = (name: string, more: Record<string, string> = {}) =>
  header
    .split(',')
    .map((column) => ({ name, ...more })[column] ?? '')
    .join(',');
const file = (...lines: string[]) => `${[header, ...lines].join('\n')}\n`;

const trading = line('上海示例贸易有限公司', { uscc: '91310106669433828F', socialInsurance: '00123456' });
const school = line('杭州样例职业学校', { uscc: '12100000000018032A', state: 'closed', division: '330100' });

/** Numbers of their own for any count of entities. */
const many = (count: number, fund = '88') =>
  file(...Array.from({ length: count }, (_, at) => line(`第${at}公司`, { housingFund: `${fund}${at}` })));

describe('a good file', () => {
  test('becomes the register, with an audit row and a row of its own', async () => {
    const { take, contents } = await testRegister();
    const text = file(trading, school);
    expect(await take(text)).toEqual({
      lines: 2,
      added: 2,
      changed: 0,
      unchanged: 0,
      removed: 0,
      suspicious: [],
      suspiciousCount: 0,
    });
    const { entities, numbers, imports, audit } = await contents();
    expect(entities).toEqual([
      { name: '上海示例贸易有限公司', state: 'active', division: '310106' },
      { name: '杭州样例职业学校', state: 'closed', division: '330100' },
    ]);
    expect(numbers.map(({ value }) => value)).toEqual([
      '00123456',
      '12100000000018032A',
      '91310106669433828F',
    ]);
    const digest = createHash('sha256').update(text).digest('hex');
    expect(imports).toMatchObject([{ source: 'register.csv', digest, rows: '2', imported_at: now }]);
    expect(audit).toEqual([
      {
        actor: 'operator',
        action: 'registry.imported',
        subject: `import:${imports[0]?.id}`,
        data: {
          source: 'register.csv',
          digest,
          lines: 2,
          added: 2,
          changed: 0,
          unchanged: 0,
          removed: 0,
          replace: false,
        },
      },
    ]);
  });

  test('again changes nothing', async () => {
    const { take, contents } = await testRegister();
    await take(file(trading, school));
    const { entities, numbers } = await contents();
    expect(await take(file(trading, school))).toMatchObject({ added: 0, changed: 0, unchanged: 2 });
    expect(await contents()).toMatchObject({ entities, numbers });
  });

  test('is merged: what it names is updated, the rest stays', async () => {
    const { take, contents } = await testRegister();
    await take(file(trading, school));
    const renamed = line('上海示例科技有限公司', { uscc: '91310106669433828F', housingFund: '77' });
    expect(await take(file(renamed, line('新公司', { taxRegistration: '310106000000001' })))).toMatchObject({
      added: 1,
      changed: 1,
      unchanged: 0,
    });
    const { entities, numbers } = await contents();
    expect(entities.map(({ name }) => name)).toEqual(['上海示例科技有限公司', '杭州样例职业学校', '新公司']);
    expect(numbers.map(({ value }) => value)).toEqual([
      '12100000000018032A',
      '310106000000001',
      '77',
      '91310106669433828F',
    ]);
  });

  test('says nothing of what it has no column for', async () => {
    const { take, registry } = await testRegister();
    await take(file(school.replace(/,$/, ',880011')));
    await take('name,uscc,socialInsurance\n杭州样例职业学校,12100000000018032A,00777001\n');
    expect(await registry.find([{ kind: 'socialInsurance', value: '00777001' }])).toMatchObject({
      entity: {
        state: 'closed',
        division: '330100',
        numbers: [
          { kind: 'housingFund', value: '880011' },
          { kind: 'socialInsurance', value: '00777001' },
          { kind: 'uscc', value: '12100000000018032A' },
        ],
      },
    });
  });

  test('may replace the register, numbers that changed hands included', async () => {
    const { take, contents, refused } = await testRegister();
    await take(
      file(
        line('甲', { housingFund: '1', socialInsurance: '11' }),
        line('乙', { housingFund: '2' }),
        line('丙', { housingFund: '3' }),
      ),
    );
    const swapped = file(
      line('甲', { housingFund: '1' }),
      line('乙', { housingFund: '2', socialInsurance: '11' }),
    );
    expect((await refused(swapped)).report).toEqual([
      'Line 3 has numbers that belong to different entities of the register',
    ]);
    expect(await take(swapped, { replace: true })).toMatchObject({
      added: 0,
      changed: 2,
      unchanged: 0,
      removed: 1,
    });
    expect((await contents()).entities.map(({ name }) => name)).toEqual(['甲', '乙']);
  });

  test('is taken although a check digit does not fit, which is said', async () => {
    const { take } = await testRegister();
    expect(await take(file(trading, line('厦门真实公司', { uscc: '91350203M0001QAY9B' })))).toMatchObject({
      added: 2,
      suspicious: [{ line: 3 }],
      suspiciousCount: 1,
    });
  });

  test('may come from a spreadsheet: BOM, CR LF, Chinese headings, quotes, empty lines and columns', async () => {
    const { take, contents } = await testRegister();
    const text =
      '\u{FEFF}单位名称,状态,统一社会信用代码,社保号,,\r\n' +
      '"上海“示例”,贸易 ""有限"" 公司", 存续 ,91310106669433828f,0012 3456,,\r\n' +
      '杭州样例职业学校,注销,１２1000００000018032A,,\r\n' +
      ',,,,,\r\n\r\n,,,\r\n';
    expect(await take(text)).toMatchObject({ lines: 2, added: 2 });
    const { entities, numbers } = await contents();
    expect(entities).toMatchObject([
      { name: '上海“示例”,贸易 "有限" 公司', state: 'active' },
      { name: '杭州样例职业学校', state: 'closed' },
    ]);
    expect(numbers.map(({ value }) => value)).toEqual([
      '00123456',
      '12100000000018032A',
      '91310106669433828F',
    ]);
  });

  test('of 5,500 lines is taken, and its progress told', async () => {
    const { take, contents } = await testRegister();
    const told: number[] = [];
    const tell = { onProgress: (lines: number) => void told.push(lines) };
    expect(await take(many(5_500), tell)).toMatchObject({ lines: 5_500, added: 5_500 });
    expect(told).toEqual([...Array.from({ length: 5 }, (_, at) => (at + 1) * 1000), 5_500]);
    expect(await take(many(5_500))).toMatchObject({ added: 0, unchanged: 5_500 });
    expect((await contents()).numbers).toHaveLength(5_500);
  });
});

/** For files that are refused, and so leave it empty. */
let empty: ReturnType<typeof testRegister> | undefined;
function emptyRegister() {
  empty ??= testRegister();
  return empty;
}

describe('a bad line is told', () => {
  test.each([
    ['Line 2 has fewer columns than the header', '甲,,'],
    ['Line 2 has more columns than the header', `${trading},,x`],
    ['Line 2 has no name', line('　', { housingFund: '1' })],
    ['Line 2 has a name of more than 200 characters', line('长'.repeat(201), { housingFund: '1' })],
    ['Line 2 (name) contains a line break, a control', line('"甲\n乙"', { housingFund: '1' })],
    ['Line 2 (name) contains a line break, a control', line('甲\u{200B}乙', { housingFund: '1' })],
    ['Line 2 (housingFund) contains a line break, a', line('甲', { housingFund: '1\u{0}' })],
    ['Line 2 (name) contains a character that an earlier', line('甲\u{FFFD}', { housingFund: '1' })],
    ['Line 2 (state) has a state that is neither', line('甲', { state: 'open', housingFund: '1' })],
    ['Line 2 (state) has a state that is neither', line('甲', { state: 'constructor', housingFund: '1' })],
    ['Line 2 (division) has a division that is not', line('甲', { division: '3101', housingFund: '1' })],
    ['Line 2 has no identity number at all', line('甲')],
    ['Line 2 (uscc) has a unified code that is not 18', line('甲', { uscc: '9131010666943382' })],
    ['Line 2 (uscc) has a unified code that is not 18', line('甲', { uscc: '9131010666943382OF' })],
    ['Line 2 (organizationCode) has an organisation code', line('甲', { organizationCode: '12345' })],
    ['Line 2 (housingFund) has a number with characters', line('甲', { housingFund: '12号' })],
    ['Line 2 (socialInsurance) has a number with char', line('甲', { socialInsurance: '1'.repeat(65) })],
    ['Line 2 (businessLicense) has a number with char', line('甲', { businessLicense: '3101;2' })],
    ['Line 2 (taxRegistration) has a number that the spre', line('甲', { taxRegistration: '3.10106E+14' })],
    ['Line 2 has a stray quotation mark', line('甲"乙"', { housingFund: '1' })],
  ])('%s', async (said, bad) => {
    const { refused, contents } = await emptyRegister();
    const { report, ...error } = await refused(file(bad, trading));
    expect(error).toEqual({ code: 'import-file-invalid', count: 1 });
    expect(report).toEqual([expect.stringContaining(said)]);
    expect(await contents()).toEqual({ entities: [], numbers: [], imports: [], audit: [] });
  });

  test('with all that is wrong with it, and counted once', async () => {
    const { refused } = await emptyRegister();
    const { count, report } = await refused(file(trading, line('', { state: 'x', division: 'y' }), school));
    expect([count, report]).toEqual([
      1,
      [
        'Line 3 has no name',
        'Line 3 (state) has a state that is neither active nor closed',
        'Line 3 (division) has a division that is not six digits',
        'Line 3 has no identity number at all',
      ],
    ]);
  });

  test('where a number stands twice in the file, with the line that it stood in first', async () => {
    const { refused } = await emptyRegister();
    const again = line('冒名公司', { uscc: '91310106669433828f', socialInsurance: '00123456' });
    expect(await refused(file(trading, school, again))).toMatchObject({
      count: 1,
      report: [
        'Line 4 (socialInsurance) has a number that line 2 has too',
        'Line 4 (uscc) has a number that line 2 has too',
      ],
    });
  });

  test('where two lines mean the same entity of the register', async () => {
    const { take, refused } = await testRegister();
    await take(file(trading));
    const lines = [
      line('甲', { uscc: '91310106669433828F' }),
      line('乙', { socialInsurance: '00123456' }),
      line('丙', { housingFund: '1' }),
    ];
    expect((await refused(file(...lines))).report).toEqual([
      'Line 3 names the same entity of the register as line 2',
    ]);
  });

  test('as the editor counts lines, whatever the line breaks', async () => {
    const { refused } = await emptyRegister();
    const text = [header, '"甲\n甲",,,,,,,,1', trading, '', '乙,', school].join('\n');
    for (const breaks of ['\n', '\r\n', '\r']) {
      expect((await refused(text.replaceAll('\n', breaks))).report).toEqual([
        expect.stringContaining('Line 2 (name) contains a line break'),
        'Line 6 has fewer columns than the header',
      ]);
    }
  });

  test('among the first thousand; the others are counted', async () => {
    const { refused } = await emptyRegister();
    const { count, report } = await refused(`${file(trading)}${'甲,\n'.repeat(5500)}`);
    expect([count, report.length, report.at(-1)]).toEqual([
      5500,
      1000,
      'Line 1002 has fewer columns than the header',
    ]);
    const twice = await refused(file(...Array.from({ length: 1500 }, () => trading)));
    expect([twice.count, twice.report.length]).toEqual([1499, 1000]);
  });
});

describe('a header is refused', () => {
  const noNumber = 'Line 1 has no heading of an identity number';
  const unknown = (heading: string) =>
    `Line 1 has a heading that is not known, “${heading}”; columns are separated by commas`;
  test.each([
    ['', ['Line 1 (name) lacks this heading', noNumber]],
    ['name,uscc\n', ['Line 1 is followed by no entity']],
    ['name;uscc\n甲;1\n', [unknown('name;uscc'), 'Line 1 (name) lacks this heading', noNumber]],
    ['name,uscc,uscc\n甲,1,1\n', ['Line 1 (uscc) has this heading twice']],
    ['name,,uscc\n甲,,1\n', [unknown('')]],
    ['name,constructor,uscc\n', [unknown('constructor')]],
    ['\n\nstate,uscc\n', ['Line 3 (name) lacks this heading']],
    ['name,uscc,\u{1B}[2J\n', [unknown('\u{FFFD}[2J')]],
    ['name,us"cc"\n甲,1\n', [expect.stringContaining('Line 1 has a stray quotation mark')]],
  ])('%j', async (text, report) => {
    const { refused } = await emptyRegister();
    expect(await refused(text)).toEqual({ code: 'import-file-invalid', count: 1, report });
  });
});

describe('nothing is half imported', () => {
  test('when whoever watches the progress ends it', async () => {
    const { take, contents } = await testRegister();
    await take(file(trading));
    const before = await contents();
    const stop = () => {
      throw new Error('stopped');
    };
    await expect(take(many(3000), { onProgress: stop, replace: true })).rejects.toThrow('stopped');
    expect(await contents()).toEqual(before);
    await take(many(3000));
  });

  test('when the database goes away in the middle, with half of it applied', async () => {
    const { take, contents, node } = await testRegister();
    await take(file(trading));
    const before = await contents();
    await whileHeld(node(), async (importer) => {
      const taken = take(file(school), { replace: true });
      taken.catch(() => {}); // awaited below
      await sql`select pg_terminate_backend(${await importer()}::int)`.execute(node());
      await expect(taken).rejects.toMatchObject({ code: 'database-unavailable' });
    });
    expect(await contents()).toEqual(before);
  });

  test('when another import is running', async () => {
    const { take, db, node } = await testRegister();
    const { first } = await whileHeld(node(), async (importer) => {
      const first = take(file(trading));
      first.catch(() => {}); // awaited below
      await importer();
      const path = await fileOf(file(school), 'register.csv');
      await expect(importRegisterFile(node(), path, { actor: 'other', now })).rejects.toMatchObject({
        code: 'registry-import-running',
      });
      return { first };
    });
    await first;
    const { rows } = await sql<{ count: string }>`select count(*) from registry_import`.execute(db);
    expect(rows).toEqual([{ count: '1' }]);
  });
});

/**
 * Holds the table of numbers, which an import writes when it has written its history, so that an import stops in the
 * middle for as long as `work` takes.
 * @param work given what waits until an import does wait there, and says its process
 */
async function whileHeld<Result>(
  db: Db,
  work: (importer: () => Promise<number>) => Promise<Result>,
): Promise<Result> {
  return await db.transaction().execute(async (tx) => {
    await sql`lock table registry_number in share mode`.execute(tx);
    return await work(async () => {
      for (;;) {
        const { rows } = await sql<{ pid: number }>`select pid from pg_locks where not granted
          and relation = 'registry_number'::regclass`.execute(tx);
        if (rows[0]) return rows[0].pid;
      }
    });
  });
}

test('a file that is not there, or is a folder, is told', async () => {
  const { db } = await testRegister();
  const options = { actor: 'operator', now };
  await expect(importRegisterFile(db, '/no/such/file.csv', options)).rejects.toMatchObject({
    code: 'import-file-unreadable',
    details: { file: 'file.csv', reason: 'ENOENT' },
  });
  await expect(importRegisterFile(db, '/tmp', options)).rejects.toMatchObject({
    code: 'import-file-unreadable',
    details: { reason: 'EISDIR' },
  });
});

describe('a workbook', () => {
  const path = () => fileOf('', 'register.xlsx');
  const headings = ['单位名称', '统一社会信用代码', '社保号', '行政区划'];

  test('is imported as CSV is; a division may be a number, an identity number may not', async () => {
    const { db, contents } = await testRegister();
    const good = await path();
    const number = (value: string) => ({ xml: `><v>${value}</v>` });
    const rows = [headings, ['上海示例贸易有限公司', '91310106669433828F', '00123456', number('310106')]];
    await writeWorkbook(good, [
      { name: '法人库', rows: () => rows },
      { name: '说明', rows: () => [] },
    ]);
    const told: unknown[] = [];
    const options = { actor: 'operator', now, onSheets: (sheets: unknown) => void told.push(sheets) };
    expect(await importRegisterFile(db, good, options)).toMatchObject({ lines: 1, added: 1 });
    const { entities, numbers } = await contents();
    expect(entities).toEqual([{ name: '上海示例贸易有限公司', state: 'active', division: '310106' }]);
    expect(numbers.map(({ value }) => value)).toEqual(['00123456', '91310106669433828F']);
    expect(told).toEqual([{ read: '法人库', others: ['说明'] }]);

    const bad = await path();
    const wrong = [...rows, ['乙', '', number('123456'), ''], ['丙', { xml: 't="e"><v>#N/A</v>' }, '1', '']];
    await writeWorkbook(bad, [{ name: '法人库', rows: () => wrong }]);
    const error = await importRegisterFile(db, bad, options).catch((error: unknown) => error);
    expect((error as BadTableFile<LineProblem>).bad.map((one) => badLineText(one, 'en'))).toEqual([
      expect.stringMatching(/^Line 3 \(socialInsurance\) holds a number, a date.* make the column text/),
      'Line 4 (uscc) holds an error of the spreadsheet (#N/A)',
    ]);
  });

  test('and a CSV file with the same rows make the same register', async () => {
    const [one, other] = await Promise.all([testRegister(), testRegister()]);
    const name = fc.string({
      unit: fc.constantFrom('甲', '𠮷', 'é', '&', '<', '"', ',', ' ', '_x0041_'),
      minLength: 1,
      maxLength: 9,
    });
    const number = fc.constantFrom('', '0', '001', '1', '22', '３');
    const rows = fc.array(fc.tuple(name, number, number, fc.constantFrom('', '310106', 'x')), {
      maxLength: 4,
    });
    const taken = async ({ db, contents }: typeof one, file: string) => {
      const problems = await importRegisterFile(db, file, { actor: 'operator', now, replace: true }).then(
        () => [],
        (error: unknown) => (error as BadTableFile<LineProblem>).bad,
      );
      const { entities, numbers } = await contents();
      return { problems, entities, numbers };
    };
    await fc.assert(
      fc.asyncProperty(rows, fc.boolean(), async (rows, inline) => {
        const all = [['name', 'socialInsurance', 'housingFund', 'division'], ...rows];
        const workbook = await path();
        await writeWorkbook(workbook, [{ name: 'a', rows: () => all }], { inline });
        const quoted = (cell: string) => `"${cell.replaceAll('"', '""')}"`;
        const text = all.map((cells) => `${cells.map(quoted).join()}\n`).join('');
        expect(await taken(other, workbook)).toEqual(await taken(one, await fileOf(text, 'register.csv')));
      }),
      { numRuns: 25 },
    );
  });
});
