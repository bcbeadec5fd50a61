import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { writeWorkbook } from '../../../../test/support/workbook.mjs';
import { usccCheckDigitFits } from '../registry/codes/uscc.ts';
import { fileOf, run, testDatabase, testFolder } from './commands.test-support.ts';

const header = 'name,uscc,socialInsurance';
const good = '上海示例贸易有限公司,91310106669433828F,00123456';

async function importing() {
  const { db, env } = await testDatabase();
  const take = async (lines: readonly string[], ...more: string[]) =>
    run(['registry', 'import', await fileOf(`${lines.join('\n')}\n`, 'register.csv'), ...more], env);
  const names = async () =>
    (await db.selectFrom('registry_entity').select('name').orderBy('id').execute()).map(({ name }) => name);
  return { db, env, take, names };
}

test('a good file is taken, and its numbers told', async () => {
  const { take, names } = await importing();
  const { code, out } = await take([header, good, '苏州另一家有限公司,91310000631291289X,']);
  expect({ code, out }).toEqual({
    code: 0,
    out: '2 lines: 2 entities added, 0 changed, 0 unchanged, 0 removed.\n',
  });
  expect(await names()).toEqual(['上海示例贸易有限公司', '苏州另一家有限公司']);
  const again = await take([header, good]);
  expect(again.out).toBe('1 lines: 0 entities added, 0 changed, 1 unchanged, 0 removed.\n');
});

test('bad lines are listed with their numbers, and nothing is imported', async () => {
  const { db, take, names } = await importing();
  const lines = [header, good, ',91310000631291289X,', '厦门某公司,9135020,', good];
  const { code, out, err } = await take(lines);
  expect({ code, out }).toEqual({ code: 1, out: '' });
  expect(err).toContain('Line 3 has no name\n');
  expect(err).toMatch(/^Line 4 \(uscc\) has a unified code/m);
  expect(err).toMatch(/^Line 5 \(uscc\) has a number that line 2 has too/m);
  expect(err).toMatch(/^The file has 3 bad lines; .*\[import-file-invalid\]$/m);
  expect(await names()).toEqual([]);
  expect(await db.selectFrom('audit_event').select('id').execute()).toEqual([]);
});

test('one bad line among 3,000 leaves the register as it was', async () => {
  const { db, take, names } = await importing();
  await take([header, good]);
  const many = Array.from({ length: 3000 }, (_, at) => `第${at}公司,,${100_000 + at}`);
  const { code, err } = await take([header, ...many.with(2500, '第2500公司,,'), good]);
  expect(code).toBe(1);
  expect(err).toContain('Line 2502 has no identity number at all\n');
  expect(await names()).toEqual(['上海示例贸易有限公司']);
  expect(await db.selectFrom('registry_import').select('id').execute()).toHaveLength(1);
  expect(await db.selectFrom('audit_event').select('id').execute()).toHaveLength(1);
});

test('a file that is the whole register removes what it does not name, where that is asked for', async () => {
  const { take, names } = await importing();
  const other = '苏州另一家有限公司,91310000631291289X,';
  await take([header, good]);
  await take([header, other]);
  expect(await names()).toEqual(['上海示例贸易有限公司', '苏州另一家有限公司']);
  const { code, out } = await take([header, other], '--replace');
  expect({ code, out }).toEqual({
    code: 0,
    out: '1 lines: 0 entities added, 0 changed, 1 unchanged, 1 removed.\n',
  });
  expect(await names()).toEqual(['苏州另一家有限公司']);
});

test('of very many check digits that do not fit the first thousand are listed, and the others counted', async () => {
  const { take } = await importing();
  const codes = Array.from({ length: 1100 }, (_, at) => `91350203M0001${String(at).padStart(4, '0')}`);
  const wrong = codes.map((code) =>
    [...'01'].map((last) => code + last).find((one) => !usccCheckDigitFits(one)),
  );
  const { code, err } = await take([header, ...wrong.map((uscc, at) => `第${at}公司,${uscc},`)]);
  expect(code).toBe(0);
  expect(err.match(/check digit/g)).toHaveLength(1000);
  expect(err).toContain('… and 100 more\n');
});

test('bad lines are listed in Chinese where that is asked for', async () => {
  const { take } = await importing();
  const { code, err } = await take([header, ',91310000631291289X,'], '--language', 'zh');
  expect(code).toBe(1);
  expect(err).toContain('第 2 行：没有单位名称\n');
});

test('a check digit that does not fit is told, and taken', async () => {
  const { take, names } = await importing();
  const { code, err } = await take([header, '厦门真实公司,91350203M0001QAY9B,']);
  expect(code).toBe(0);
  expect(err).toMatch(/^Line 2 .*check digit/m);
  expect(await names()).toEqual(['厦门真实公司']);
});

test('a file that is not there is told', async () => {
  const { env } = await importing();
  const { code, out, err } = await run(['registry', 'import', '/no/such.csv'], env);
  expect({ code, out }).toEqual({ code: 1, out: '' });
  expect(err).toMatch(/\[import-file-unreadable\]\n$/);
});

test('a dry run lists what would change, writes all of it to a file, and leaves no trace', async () => {
  const { db, take, names } = await importing();
  await take([header, good]);
  const list = join(await testFolder(), 'changes.csv');
  const lines = [
    header,
    '"上海示例,科技有限公司",91310106669433828F,',
    '苏州另一家有限公司,91310000631291289X,',
  ];
  const { code, out } = await take(lines, '--dry-run', '--changes', list);
  expect({ code, out }).toEqual({
    code: 0,
    out:
      'changed 上海示例贸易有限公司 (line 2): name 上海示例贸易有限公司 → 上海示例,科技有限公司, socialInsurance 00123456 → –\n' +
      'added 苏州另一家有限公司 (line 3): name 苏州另一家有限公司, state active, division 310000, uscc 91310000631291289X\n' +
      'Dry run, nothing was changed. An import would be: 2 lines: 1 entities added, 1 changed, 0 unchanged, 0 removed.\n',
  });
  expect((await readFile(list, 'utf8')).split('\r\n')).toEqual([
    '\u{FEFF}change,line,name,number,field,before,after',
    'changed,2,上海示例贸易有限公司,91310106669433828F,name,上海示例贸易有限公司,"上海示例,科技有限公司"',
    'changed,2,上海示例贸易有限公司,91310106669433828F,socialInsurance,00123456,',
    'added,3,苏州另一家有限公司,91310000631291289X,name,,苏州另一家有限公司',
    'added,3,苏州另一家有限公司,91310000631291289X,state,,active',
    'added,3,苏州另一家有限公司,91310000631291289X,division,,310000',
    'added,3,苏州另一家有限公司,91310000631291289X,uscc,,91310000631291289X',
    '',
  ]);
  expect(await names()).toEqual(['上海示例贸易有限公司']);
  expect(await db.selectFrom('audit_event').select('action').execute()).toHaveLength(1);
});

test('a dry run of very much lists the first fifty changes, and counts the others', async () => {
  const { take } = await importing();
  const many = Array.from({ length: 60 }, (_, at) => `第${at}公司,,${100_000 + at}`);
  const { out } = await take([header, ...many], '--dry-run', '--language', 'zh');
  const said = out.split('\n');
  expect(said.slice(49)).toEqual([
    '新增 第49公司（第 51 行）：单位名称 第49公司，状态 active，社保号 100049',
    '… 另有 10 项',
    '试运行，没有改动任何内容。若导入：共 60 行，新增 60 个单位，变更 0 个，不变 0 个，移除 0 个。',
    '',
  ]);
});

test('the list of changes comes with an import too; a file that is there is not overwritten', async () => {
  const { take, names } = await importing();
  const list = await fileOf('mine', 'changes.csv');
  const { code, err } = await take([header, good], '--changes', list);
  expect({ code, err }).toEqual({ code: 1, err: expect.stringContaining('[file-exists]') });
  expect([await readFile(list, 'utf8'), await names()]).toEqual(['mine', []]);
  const { err: nowhere } = await take([header, good], '--changes', '/no/such/folder/changes.csv');
  expect(nowhere).toContain('[import-changes-unwritable]');
  const other = `${list}.new`;
  expect((await take([header, good], '--changes', other)).out).toMatch(/^1 lines: 1 entities added/);
  expect((await readFile(other, 'utf8')).split('\r\n')).toHaveLength(7);
});

test('of an import that is refused no list of changes stays', async () => {
  const { take } = await importing();
  const list = join(await testFolder(), 'changes.csv');
  expect((await take([header, ',1,'], '--changes', list)).code).toBe(1);
  expect(existsSync(list)).toBe(false);
});

test('an entity is shown, and its history told, by any of its numbers', async () => {
  const { db, env, take } = await importing();
  await take([header, good]);
  await take([header, good.replace('00123456', '00777001')]);
  const ids = await db.selectFrom('registry_import').select('id').orderBy('imported_at').execute();
  const [first, second] = ids.map(({ id }) => id);
  const shown = await run(['registry', 'show', '00777001'], env);
  expect(shown.out.split('\n')).toEqual([
    'name: 上海示例贸易有限公司',
    'state: active',
    'division: 310106',
    'socialInsurance: 00777001',
    'uscc: 91310106669433828F',
    expect.stringMatching(`^import ${second}, `),
    '',
  ]);
  const history = await run(['registry', 'history', '00123456'], env);
  const entry = (what: string, id?: string) =>
    expect.stringMatching(`^\\S+ ${what}, entity \\d+, import ${id}, register.csv:2$`);
  expect(history.out.split('\n')).toEqual([
    entry('added', first),
    '  name 上海示例贸易有限公司',
    '  state active',
    '  division 310106',
    '  uscc 91310106669433828F',
    '  socialInsurance 00123456',
    entry('changed', second),
    '  socialInsurance 00123456 → 00777001',
    '',
  ]);
});

test.each(['show', 'history'])('registry %s says that a number is not known', async (what) => {
  const { env } = await importing();
  const { code, err } = await run(['registry', what, '4711'], env);
  expect({ code, err }).toEqual({ code: 1, err: expect.stringContaining('number 4711. Check') });
  expect((await run(['registry', what], env)).code).toBe(2);
});

test('of a workbook the sheets that are not read are told', async () => {
  const { env } = await importing();
  const file = await fileOf('', 'register.xlsx');
  const rows = [header.split(','), good.split(',')];
  await writeWorkbook(file, [
    { name: '法人库', rows: () => rows },
    { name: '旧', state: 'hidden', rows: () => rows },
  ]);
  const { out, err } = await run(['registry', 'import', file, '--language', 'zh'], env);
  expect(out).toMatch(/^共 1 行，新增 1 个单位/);
  expect(err).toContain('读取了工作表“法人库”；没有读取：“旧”\n');
});
