import { expect, test } from 'vitest';
import { openDatabase } from '../../schema/database.ts';
import { now, testRegister } from '../registry.test-support.ts';
import { tableRegistry } from './registry.ts';

const file = `name,state,division,uscc,socialInsurance,housingFund
上海示例贸易有限公司,active,310106,91310106669433828F,00123456,
苏州另一家有限公司,,,91310000631291289X,,880011
昨日有限公司,closed,,12100000000018032A,,
`;

const uscc = (value: string) => ({ kind: 'uscc', value }) as const;

test('an entity is found by any of its numbers, with all of them', async () => {
  const { registry, take, contents } = await testRegister();
  await take(file);
  const [last] = (await contents()).imports;
  const entity = {
    name: '上海示例贸易有限公司',
    state: 'active',
    division: '310106',
    numbers: [{ kind: 'socialInsurance', value: '00123456' } as const, uscc('91310106669433828F')],
  };
  const origin = { register: 'table', reference: last?.id, saidAt: now };
  const found = { kind: 'found', entity, askedAt: now, origin };
  expect(await registry.find([uscc('91310106669433828F')])).toEqual(found);
  expect(await registry.find([{ kind: 'socialInsurance', value: '00123456' }])).toEqual(found);
  expect(await registry.find([uscc('115300000151003540'), ...entity.numbers.slice(0, 1)])).toEqual(found);
});

test.each(['91310106669433828f', '９１３１０１０６６６９４３３８２８Ｆ', ' 9131 0106 6694 33828F　'])(
  '“%s” is looked up as it is meant',
  async (value) => {
    const { registry, take } = await testRegister();
    await take(file);
    expect(await registry.find([uscc(value)])).toMatchObject({ entity: { name: '上海示例贸易有限公司' } });
  },
);

test('a closed entity is found, and is closed', async () => {
  const { registry, take } = await testRegister();
  await take(file);
  expect(await registry.find([uscc('12100000000018032A')])).toMatchObject({
    kind: 'found',
    entity: { state: 'closed' },
  });
});

test('numbers that it does not know, or knows as another kind, are unknown', async () => {
  const { registry, take } = await testRegister();
  await take(file);
  const unknown = { kind: 'unknown', reason: 'no-such-number', askedAt: now };
  expect(await registry.find([uscc('115300000151003540')])).toEqual(unknown);
  expect(await registry.find([{ kind: 'housingFund', value: '00123456' }])).toEqual(unknown);
  expect(await registry.find([])).toEqual(unknown);
});

test('numbers of different entities are a conflict', async () => {
  const { registry, take } = await testRegister();
  await take(file);
  expect(await registry.find([uscc('91310106669433828F'), { kind: 'housingFund', value: '880011' }])).toEqual(
    { kind: 'unknown', reason: 'conflict', askedAt: now },
  );
});

test('it is silent before the first import, and after one that failed', async () => {
  const { registry, take } = await testRegister();
  const silent = { kind: 'silent', askedAt: now };
  expect(await registry.find([uscc('91310106669433828F')])).toEqual(silent);
  await expect(take(`${file}无号有限公司,,,,,\n`)).rejects.toMatchObject({ code: 'import-file-invalid' });
  expect(await registry.find([uscc('91310106669433828F')])).toEqual(silent);
});

test('a lost database is told as such', async () => {
  const { db, end } = openDatabase('postgres://nobody@127.0.0.1:1/none');
  const registry = tableRegistry({ db, clock: () => now });
  await expect(registry.find([uscc('91310106669433828F')])).rejects.toMatchObject({
    code: 'database-unavailable',
  });
  await end();
});
