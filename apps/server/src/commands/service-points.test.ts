import { expect, test } from 'vitest';
import { fileOf, run, testDatabase } from './commands.test-support.ts';

const header = 'name,address,hours,phone,division,district,latitude,longitude';
const first = '黄浦受理点,示例路 1 号,9:00–17:00,021-5550-0101,310101,黄浦区,31.2317,121.4846';
const second = '徐汇受理点,示范路 2 号,9:00–16:30,021-5550-0104,310104,徐汇区,,';

async function importing() {
  const { db, env } = await testDatabase();
  const take = async (lines: readonly string[], ...more: string[]) =>
    run(['service-points', 'import', await fileOf(`${lines.join('\n')}\n`, 'points.csv'), ...more], env);
  return { db, take, list: (...more: string[]) => run(['service-points', 'list', ...more], env) };
}

test('a list is imported after what it changes was listed, and is listed with where it came from', async () => {
  const { take, list } = await importing();
  expect((await list()).err).toBe('There is no list of service points yet.\n');
  expect(await take([header, first, second])).toMatchObject({
    code: 0,
    out: '+ 黄浦受理点\t示例路 1 号\n+ 徐汇受理点\t示范路 2 号\nVersion 1 is in use: 2 service points.\n',
  });
  const changed = await take([header, first.replace('9:00–17:00', '9:00–16:00')]);
  expect(changed.out).toBe(
    '- 徐汇受理点\t示范路 2 号\n~ 黄浦受理点\thours: 9:00–17:00 → 9:00–16:00\nVersion 2 is in use: 1 service points.\n',
  );
  const { out } = await list();
  expect(out).toMatch(/^version 2, points\.csv, sha256 [0-9a-f]{64}, \d{4}-[^,]+, operator$/m);
  expect(out).toContain(
    '310101\t黄浦区\t黄浦受理点\t示例路 1 号\t9:00–16:00\t021-5550-0101\t31.2317, 121.4846\n',
  );
  expect(JSON.parse((await list('--json')).out)).toMatchObject({
    version: 2,
    points: [{ name: '黄浦受理点' }],
  });
});

test('a dry run lists what would change, and changes nothing; the same list changes nothing', async () => {
  const { take, list } = await importing();
  const dry = await take([header, first], '--dry-run');
  expect(dry.out).toBe('+ 黄浦受理点\t示例路 1 号\nNothing was imported (--dry-run).\n');
  expect((await list()).err).toBe('There is no list of service points yet.\n');
  await take([header, first]);
  expect((await take([header, first])).out).toBe('The list says what is in use already: nothing changes.\n');
});

test('bad lines are listed with their numbers, in either language, and nothing is imported', async () => {
  const { db, take } = await importing();
  const bad = await take([header, first, '甲,', first]);
  expect(bad).toMatchObject({ code: 1, out: '' });
  expect(bad.err).toContain('Line 3 has fewer columns than the header\n');
  expect(bad.err).toContain('Line 4 (name) has the name that line 2 has too\n');
  expect(bad.err).toMatch(/^The file has 2 bad lines; .*\[import-file-invalid\]$/m);
  const chinese = await take([header, '甲,'], '--language', 'zh');
  expect(chinese.err).toContain('第 2 行：列数少于表头\n');
  expect(await db.selectFrom('service_point_list').select('version').execute()).toEqual([]);
  expect(await db.selectFrom('audit_event').select('id').execute()).toEqual([]);
});
