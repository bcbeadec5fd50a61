import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BadTableFile } from '../../platform/table-file/bad-lines.ts';
import { now, testRegister } from '../registry.test-support.ts';
import { historyOf } from '../table/history.ts';
import type { ImportOptions } from './import.ts';
import type { RegisterChange } from './list.ts';

const header = 'name,state,division,uscc,socialInsurance,housingFund';
const trading = '上海示例贸易有限公司,active,310106,91310106669433828F,00123456,';
const school = '杭州样例职业学校,active,330100,12100000000018032A,,880011';
const file = (...lines: string[]) => `${[header, ...lines].join('\n')}\n`;

async function testChanges() {
  const register = await testRegister();
  /** What an import changed, or would change. */
  const changesOf = async (content: string, more: Partial<ImportOptions> = {}) => {
    const changes: RegisterChange[] = [];
    const onChanges = async (all: AsyncIterable<RegisterChange>) => {
      for await (const change of all) changes.push(change);
    };
    const report = await register.take(content, { ...more, onChanges });
    return { changes, report };
  };
  const entities = async () => {
    const rows = await register.db
      .selectFrom('registry_entity as entity')
      .innerJoin('registry_number as number', 'number.entity_id', 'entity.id')
      .select(['id', 'name', 'state', 'division', 'kind', 'value'])
      .execute();
    const byId = new Map<string, Record<string, string>>();
    for (const { id, name, state, division, kind, value } of rows)
      byId.set(id, { ...byId.get(id), name, state, ...(division && { division }), [kind]: value });
    return byId;
  };
  return { ...register, changesOf, entities };
}

describe('what an import changes', () => {
  test('is listed field by field, in the file’s order', async () => {
    const { take, changesOf } = await testChanges();
    await take(file(trading, school));
    const renamed = '上海示例科技有限公司,closed,310106,91310106669433828F,,42';
    const { changes, report } = await changesOf(file('新公司,active,,,7,', renamed), { replace: true });
    expect(report).toMatchObject({ lines: 2, added: 1, changed: 1, unchanged: 0, removed: 1 });
    expect(changes).toEqual([
      {
        kind: 'added',
        line: 2,
        name: '新公司',
        number: { kind: 'socialInsurance', value: '7' },
        fields: [
          { field: 'name', before: null, after: '新公司' },
          { field: 'state', before: null, after: 'active' },
          { field: 'socialInsurance', before: null, after: '7' },
        ],
      },
      {
        kind: 'changed',
        line: 3,
        name: '上海示例贸易有限公司',
        number: { kind: 'uscc', value: '91310106669433828F' },
        fields: [
          { field: 'name', before: '上海示例贸易有限公司', after: '上海示例科技有限公司' },
          { field: 'state', before: 'active', after: 'closed' },
          { field: 'socialInsurance', before: '00123456', after: null },
          { field: 'housingFund', before: null, after: '42' },
        ],
      },
      {
        kind: 'removed',
        line: null,
        name: '杭州样例职业学校',
        number: { kind: 'uscc', value: '12100000000018032A' },
        fields: [
          { field: 'name', before: '杭州样例职业学校', after: null },
          { field: 'state', before: 'active', after: null },
          { field: 'division', before: '330100', after: null },
          { field: 'uscc', before: '12100000000018032A', after: null },
          { field: 'housingFund', before: '880011', after: null },
        ],
      },
    ]);
  });

  test('is nothing for a file that was imported before, which confirms what is there', async () => {
    const { take, changesOf, entities, registry } = await testChanges();
    await take(file(trading, school));
    const before = await entities();
    const later = new Date(now.getTime() + 1000);
    for (const replace of [false, true])
      expect((await changesOf(file(trading, school), { replace, now: later })).changes).toEqual([]);
    expect(await entities()).toEqual(before);
    expect(await registry.find([{ kind: 'housingFund', value: '880011' }])).toMatchObject({
      origin: { saidAt: later },
    });
  });

  test('is all of it, however much', async () => {
    const { changesOf } = await testChanges();
    const lines = Array.from({ length: 2500 }, (_, at) => `第${at}公司,,,,${at},`);
    const { changes } = await changesOf(file(...lines));
    expect(changes.map(({ line }) => line)).toEqual(lines.map((_, at) => at + 2));
  });

  test('is not applied if whoever is given it cannot keep it', async () => {
    const { take, contents } = await testChanges();
    await take(file(trading));
    const before = await contents();
    const onChanges = () => Promise.reject(new Error('disk full'));
    await expect(take(file(school), { replace: true, onChanges })).rejects.toThrow('disk full');
    expect(await contents()).toEqual(before);
  });

  test('is found by a dry run, of which nothing stays', async () => {
    const { db, take, changesOf, contents, entities } = await testChanges();
    await take(file(trading));
    const history = () => db.selectFrom('registry_change').selectAll().execute();
    const all = async () => [await contents(), await entities(), await history()];
    const before = await all();
    const options = { replace: true, dryRun: true };
    const wouldBe = await changesOf(file(school), options);
    expect(wouldBe.report).toMatchObject({ added: 1, removed: 1 });
    expect(await all()).toEqual(before);
    expect(await changesOf(file(school), { replace: true })).toEqual(wouldBe);
  });
});

describe('an entity’s history', () => {
  const kinds = async (db: Parameters<typeof historyOf>[0], code: string) =>
    (await historyOf(db, code)).map(({ kind, fields }) => [kind, fields.map(({ field }) => field).join()]);

  test('goes on when the register is replaced, and stays when the entity is removed', async () => {
    const { db, take } = await testChanges();
    await take(file(trading, school));
    await take(file(trading.replace('active', 'closed'), school), { replace: true });
    await take(file(school), { replace: true });
    await take(file(trading, school), { replace: true });
    const all = 'name,state,division,uscc,socialInsurance';
    expect(await kinds(db, ' 91310106669433828f')).toEqual([
      ['added', all],
      ['changed', 'state'],
      ['removed', all],
      ['added', all],
    ]);
    expect(await kinds(db, '880011')).toEqual([['added', 'name,state,division,uscc,housingFund']]);
  });

  test('is found by a number that it has no longer, and says from which line of which file', async () => {
    const { db, take, contents } = await testChanges();
    await take(file(trading));
    await take(file(school, trading.replace('00123456', '77')));
    const { imports } = await contents();
    const history = await historyOf(db, '00123456');
    expect(history).toMatchObject([
      { kind: 'added', line: 2, source: 'register.csv', importedAt: now },
      { kind: 'changed', line: 3, fields: [{ field: 'socialInsurance', before: '00123456', after: '77' }] },
    ]);
    expect(history.map(({ importId }) => importId).sort()).toEqual(imports.map(({ id }) => id).sort());
    expect(await historyOf(db, '77')).toEqual(history);
  });
});

test('numbers that changed hands leave each entity its history: by its unified code, then by its name', async () => {
  const { take, entities } = await testChanges();
  await take(file('甲,,,91310106669433828F,1,', '乙,,,,2,', '丙,,,,3,30', '丁,,,,,40', '戊,,,,,50'));
  const before = await entities();
  const swapped = file('新甲,,,91310106669433828F,2,', '乙,,,,1,', '丙,,,,,30', '丁,,,,3,40', '己,,,,,50');
  await take(swapped, { replace: true });
  const after = [...(await entities())];
  const wasCalled = (name: string) => {
    const [id = ''] = after.find(([, entity]) => entity['name'] === name) ?? [];
    return before.get(id)?.['name'];
  };
  expect(['新甲', '乙', '丙', '丁', '己'].map(wasCalled)).toEqual(['甲', undefined, '丙', '丁', '戊']);
});

describe('for any two files', () => {
  const one = <T>(...values: T[]) => fc.constantFrom(...values);
  const line = fc.record({
    name: one('甲', '乙', '丙'),
    state: one('', 'active', 'closed'),
    division: one('', '310106', '330100'),
    uscc: one('', '91310106669433828F', '12100000000018032A'),
    socialInsurance: one('', '1', '2', '3'),
    housingFund: one('', '1', '2', '3'),
  });
  /** No number twice, and none without a number: such lines are bad for sure. */
  const lines = fc.array(line, { minLength: 1, maxLength: 5 }).map((all) => {
    const seen = new Set<string>();
    return all.filter(({ uscc, socialInsurance, housingFund }) => {
      const numbers = [uscc, `s${socialInsurance}`, `h${housingFund}`].filter((number) => number.length > 1);
      const isGood = numbers.length > 0 && !numbers.some((number) => seen.has(number));
      if (isGood) for (const number of numbers) seen.add(number);
      return isGood;
    });
  });
  const columns = fc.subarray(['state', 'division', 'uscc', 'socialInsurance', 'housingFund'] as const);
  const files = fc.tuple(lines, columns).map(([lines, columns]) => {
    const all = ['name' as const, ...columns];
    const rows = lines.filter((line) =>
      columns.slice(-3).some((column) => line[column] && /u|F|I/.test(column)),
    );
    return {
      count: rows.length,
      text: `${[all, ...rows.map((row) => all.map((column) => row[column]))].join('\n')}\n`,
    };
  });

  test('the list of changes is the difference that they made, and replacing leaves what a new register would have', async () => {
    const [used, fresh] = await Promise.all([testChanges(), testChanges()]);
    await fc.assert(
      fc.asyncProperty(files, files, fc.boolean(), async (first, second, replace) => {
        fc.pre(first.count > 0 && second.count > 0);
        const tried = async () => {
          await used.take(first.text, { replace: true });
          const before = await used.entities();
          return { before, ...(await used.changesOf(second.text, { replace })) };
        };
        const result = await tried().catch((error: unknown) => error);
        fc.pre(!(result instanceof BadTableFile));
        if (result instanceof Error) throw result;
        const { before, changes, report } = result as Awaited<ReturnType<typeof tried>>;
        const after = await used.entities();
        const expected = [...new Set([...before.keys(), ...after.keys()])].flatMap((id) => {
          const [old = {}, now = {}] = [before.get(id), after.get(id)];
          const fields = ['name', 'state', 'division', 'uscc', 'socialInsurance', 'housingFund'] as const;
          const differing = fields.filter((field) => old[field] !== now[field]);
          if (differing.length === 0) return [];
          const kind = before.has(id) ? (after.has(id) ? 'changed' : 'removed') : 'added';
          return [`${kind} ${differing.map((field) => `${field} ${old[field]} → ${now[field]}`)}`];
        });
        const said = changes.map(
          ({ kind, fields }) =>
            `${kind} ${fields.map(({ field, before, after }) => `${field} ${before ?? undefined} → ${after ?? undefined}`)}`,
        );
        expect(said.sort()).toEqual(expected.sort());
        expect(report.unchanged + report.changed + report.added).toBe(second.count);
        if (!replace) return;
        const { db } = fresh;
        await db.deleteFrom('registry_number').execute();
        await db.deleteFrom('registry_entity').execute();
        await fresh.take(second.text);
        const values = (all: Map<string, object>) =>
          [...all.values()].map((one) => JSON.stringify(Object.entries(one).sort())).sort();
        expect(values(after)).toEqual(values(await fresh.entities()));
      }),
      { numRuns: 25 },
    );
  });
});
