import { expect, test } from 'vitest';
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
    out: expect.stringMatching(/^2 lines: 2 entities added, 0 updated/),
  });
  expect(await names()).toEqual(['上海示例贸易有限公司', '苏州另一家有限公司']);
  const again = await take([header, good]);
  expect(again.out).toMatch(/^1 lines: 0 entities added, 1 updated/);
});

test('bad lines are listed with their numbers, and nothing is imported', async () => {
  const { db, take, names } = await importing();
  const lines = [header, good, ',91310000631291289X,', '厦门某公司,9135020,', good];
  const { code, out, err } = await take(lines);
  expect({ code, out }).toEqual({ code: 1, out: '' });
  expect(err).toContain('Line 3 has no name\n');
  expect(err).toMatch(/^Line 4 \(uscc\) has a unified code/m);
  expect(err).toMatch(/^Line 5 \(uscc\) has a number that line 2 has too/m);
  expect(err).toMatch(/^The registry file has 3 bad lines; .*\[registry-file-invalid\]$/m);
  expect(await names()).toEqual([]);
  expect(await db.selectFrom('audit_event').select('id').execute()).toEqual([]);
});

test('they are listed in Chinese where that is asked for', async () => {
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
  expect(err).toMatch(/\[registry-file-unreadable\]\n$/);
});
