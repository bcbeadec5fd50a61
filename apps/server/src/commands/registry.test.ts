import { expect, test } from 'vitest';
import { usccCheckDigitFits } from '../registry/codes/uscc.ts';
import { fileOf, run, testDatabase } from './commands.test-support.ts';

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
    out: '2 lines: 2 entities added, 0 updated, 0 removed.\n',
  });
  expect(await names()).toEqual(['上海示例贸易有限公司', '苏州另一家有限公司']);
  const again = await take([header, good]);
  expect(again.out).toBe('1 lines: 0 entities added, 1 updated, 0 removed.\n');
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
  expect({ code, out }).toEqual({ code: 0, out: '1 lines: 1 entities added, 0 updated, 2 removed.\n' });
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
