import { createHash } from 'node:crypto';
import { afterAll, describe, expect, test } from 'vitest';
import { createTestDatabase } from '../../../../../test/support/database.ts';
import { BadTableFile } from '../../platform/table-file/bad-lines.ts';
import { fileOf } from '../../platform/table-file/table-file.test-support.ts';
import { openDatabase } from '../../schema/database.ts';
import type { Changes } from './changes.ts';
import { readPointsFile } from './file.ts';
import { importPoints } from './import.ts';
import { currentList, pointsOf } from './list.ts';
import { badPointText, pointProblems } from './report.ts';

const header = 'name,address,hours,phone,division,district,latitude,longitude';
const first = '黄浦受理点,示例路 1 号,9:00–17:00,021-5550-0101,310101,黄浦区,31.2317,121.4846';
const second = '徐汇受理点,示范路 2 号,9:00–16:30,+86 21 5550 0104 ext. 2,310104,徐汇区,,';
const now = new Date('2027-03-01T08:00:00.000Z');

const opened: { end(): Promise<void> }[] = [];
afterAll(async () => {
  for (const database of opened.splice(0)) await database.end();
});

async function testLists() {
  const { url } = await createTestDatabase();
  const database = openDatabase(url);
  opened.push(database);
  const { db } = database;
  const take = async (lines: readonly string[], more: { dryRun?: boolean } = {}) => {
    const told: Changes[] = [];
    const file = await readPointsFile(await fileOf(`${lines.join('\n')}\n`, 'points.csv'));
    const onChanges = (changes: Changes) => void told.push(changes);
    const version = await importPoints(db, file, { actor: 'operator', now, onChanges, ...more });
    return { version, changes: told[0] };
  };
  const inUse = async () => {
    const list = await currentList(db);
    return list && (await pointsOf(db, list.version)).map(({ name }) => name);
  };
  const audit = () =>
    db.selectFrom('audit_event').select(['actor', 'action', 'subject', 'data']).orderBy('id').execute();
  return { db, take, inUse, audit };
}

describe('a good list', () => {
  test('is in use, with its version, digest and audit row', async () => {
    const { db, take, audit } = await testLists();
    expect((await take([header, first, second])).version).toBe(1);
    const digest = createHash('sha256').update(`${header}\n${first}\n${second}\n`).digest('hex');
    const source = 'points.csv';
    const list = await currentList(db);
    expect(list).toEqual({ version: 1, source, digest, importedAt: now, importedBy: 'operator' });
    expect(await pointsOf(db, 1)).toEqual([
      {
        name: '黄浦受理点',
        address: '示例路 1 号',
        hours: '9:00–17:00',
        phone: '021-5550-0101',
        division: '310101',
        district: '黄浦区',
        position: { latitude: 31.2317, longitude: 121.4846 },
      },
      expect.objectContaining({ name: '徐汇受理点', position: null }),
    ]);
    const data = { version: 1, source, digest, points: 2, added: 2, changed: 0, removed: 0 };
    expect(await audit()).toEqual([
      { actor: 'operator', action: 'service-points.imported', subject: 'service-points:1', data },
    ]);
  });

  test('takes the place of the one before, which is kept, and says beforehand what changes', async () => {
    const { db, take, inUse } = await testLists();
    await take([header, first, second]);
    const moved = first.replace('示例路 1 号', '示例路 9 号').replace('31.2317', '31.24');
    const third = '浦东受理点,样例大道 88 号,9:00–16:30,021-5550-0115,310115,浦东新区,,';
    const { version, changes } = await take([header, moved, third]);
    expect(version).toBe(2);
    expect(changes).toMatchObject({
      added: [{ name: '浦东受理点' }],
      removed: [{ name: '徐汇受理点' }],
      changed: [{ after: { name: '黄浦受理点' }, fields: ['address', 'position'] }],
    });
    expect(await inUse()).toEqual(['黄浦受理点', '浦东受理点']);
    expect((await pointsOf(db, 1)).map(({ address }) => address)).toContain('示例路 1 号');
  });

  test('that says nothing new makes no version', async () => {
    const { take, audit } = await testLists();
    await take([header, first, second]);
    const again = await take([header, second, first]);
    expect(again).toEqual({ version: null, changes: { added: [], removed: [], changed: [] } });
    expect(await audit()).toHaveLength(1);
  });

  test('is only looked at in a dry run', async () => {
    const { take, inUse, audit } = await testLists();
    const { version, changes } = await take([header, first], { dryRun: true });
    expect([version, changes?.added.length]).toEqual([null, 1]);
    expect([await inUse(), await audit()]).toEqual([undefined, []]);
  });

  test('and another that comes while it is written become two versions, one after the other', async () => {
    const { db } = await testLists();
    const read = async (...lines: string[]) => readPointsFile(await fileOf([header, ...lines].join('\n')));
    const many = Array.from({ length: 2000 }, (_, at) => first.replace('黄浦受理点', `第${at}受理点`));
    const [long, short] = [await read(...many), await read(second)];
    let other: Promise<number | null> | undefined;
    const onChanges = () => {
      other = importPoints(db, short, { actor: 'other', now });
    };
    expect(await importPoints(db, long, { actor: 'operator', now, onChanges })).toBe(1);
    expect(await other).toBe(2);
    expect((await pointsOf(db, 2)).map(({ name }) => name)).toEqual(['徐汇受理点']);
  });

  test('may come from a spreadsheet, with Chinese headings and empty columns', async () => {
    const text =
      '\u{FEFF}受理点,地址,办公时间,电话,行政区划,所在区县,,\r\n' +
      '"静安, 一楼",示范街 8 号,周一至周五,12366,３１０１０６,静安区,,\r\n\r\n';
    const { points } = await readPointsFile(await fileOf(text));
    expect(points).toEqual([
      expect.objectContaining({ name: '静安, 一楼', division: '310106', position: null }),
    ]);
  });
});

async function refused(...lines: readonly string[]) {
  const path = await fileOf(`${lines.join('\n')}\n`);
  const error = await readPointsFile(path).catch((error: unknown) => error);
  if (!(error instanceof BadTableFile)) throw error;
  return {
    code: error.code,
    count: error.details.count,
    report: error.bad.map((bad) => badPointText(bad, 'en')),
  };
}

/** The first line with one cell as given. */
const having = (column: string, text: string) =>
  first.split(',').with(header.split(',').indexOf(column), text).join(',');

describe('a bad line is told, and nothing is taken', () => {
  test.each([
    ['Line 2 has fewer columns than the header', '甲,,'],
    ['Line 2 has more columns than the header', `${first},x`],
    ['Line 2 (name) is empty', having('name', ' ')],
    ['Line 2 (hours) is empty', having('hours', '')],
    ['Line 2 (address) is longer than 200 characters', having('address', '长'.repeat(201))],
    ['Line 2 (name) contains a line break, a control', having('name', '甲\u{200B}')],
    ['Line 2 (phone) is not one telephone number', having('phone', '021-5550-0101 / 0102')],
    ['Line 2 (phone) is not one telephone number', having('phone', '请拨总机')],
    ['Line 2 (division) is not six digits', having('division', '3101')],
    ['Line 2 (latitude) is not a number of decimal degrees', having('latitude', '121.4846')],
    ['Line 2 (latitude) is not a number of decimal degrees', having('latitude', '31°13′')],
    ['Line 2 (longitude) is not a number of decimal degrees', having('longitude', '181')],
    ['Line 2 has a latitude without a longitude', having('longitude', '')],
  ])('%s', async (said, bad) => {
    const { code, count, report } = await refused(header, bad, second);
    expect([code, count]).toEqual(['import-file-invalid', 1]);
    expect(report).toEqual([expect.stringContaining(said)]);
  });

  test('with all others, each counted once', async () => {
    const other = second.replace('徐汇区', '徐家汇').replace('310104', '310101');
    const { count, report } = await refused(header, first, '甲,', first, having('division', 'x'), other);
    expect(count).toBe(4);
    expect(report).toEqual([
      'Line 3 has fewer columns than the header',
      'Line 4 (name) has the name that line 2 has too',
      'Line 5 (division) is not six digits (GB/T 2260)',
      'Line 6 (district) names the district otherwise than line 2 does for the same division',
    ]);
  });
});

describe('a file is refused', () => {
  test.each([
    ['name,address', ['(hours) lacks', '(phone) lacks', '(division) lacks', '(district) lacks']],
    [`${header},fax`, ['“fax”']],
    [header, ['is followed by no service point']],
    ['', ['(name) lacks', '(address)', '(hours)', '(phone)', '(division)', '(district)']],
  ])('without a header or a point: %j', async (text, parts) => {
    const { report } = await refused(text);
    expect(report).toEqual(parts.map((part) => expect.stringContaining(part)));
  });

  test('that is not there', async () => {
    await expect(readPointsFile('/no/such/points.csv')).rejects.toMatchObject({
      code: 'import-file-unreadable',
      details: { file: 'points.csv', reason: 'ENOENT' },
    });
  });
});

test.each(pointProblems)('%s is said in full, in both languages', (problem) => {
  for (const language of ['zh', 'en'] as const) {
    const said = badPointText({ line: 1, problem, other: 2, text: '50' }, language);
    expect(said).not.toMatch(/[{}]|undefined/);
    expect(said.length).toBeGreaterThan(7);
  }
});
