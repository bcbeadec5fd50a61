import { expect, test } from 'vitest';
import { mayBeAdded, warningsFor } from './allowances.ts';
import { allowanceCommands } from './commands.ts';
import { now, testRegister } from './registry.test-support.ts';

const uscc = { kind: 'uscc', value: '91350203M0001QAY9B' } as const;
const organizationCode = { kind: 'organizationCode', value: '66943382-7' } as const;
const entity = [uscc, organizationCode, { kind: 'housingFund', value: 'G1' }] as const;

async function desk() {
  const { db } = await testRegister();
  const order = async (action: string, subject: string) => {
    const definition = allowanceCommands.find((one) => one.action === action);
    const command = {
      id: '00000000-0000-4000-8000-000000000000',
      subject,
      parameters: {},
      reason: '已核实',
      operators: [],
      actor: 'operator:rita',
      passphraseGiven: false,
    };
    return db.transaction().execute((tx) => {
      if (!definition) throw new Error(action);
      return definition.carryOut(tx, command, now);
    });
  };
  return { db, order };
}

test('a number that looks wrong is added when it is allowed, and not before or after', async () => {
  const { db, order } = await desk();
  const added = async () => {
    const warnings = await warningsFor(db, entity);
    return entity.filter((number) => mayBeAdded(number, warnings)).map(({ kind }) => kind);
  };
  expect(await warningsFor(db, entity)).toEqual([
    { ...uscc, problem: 'check-digit', allowed: false },
    { ...organizationCode, problem: 'check-digit', allowed: false },
    { ...organizationCode, problem: 'organization-code-differs', allowed: false },
  ]);
  expect(await added()).toEqual(['housingFund']);
  await order('entity.allow', `uscc:${uscc.value}`);
  expect(await added()).toEqual(['uscc', 'housingFund']);
  await order('entity.allow', 'organizationCode:669433827');
  expect(await added()).toEqual(['uscc', 'organizationCode', 'housingFund']);
  expect((await warningsFor(db, entity)).map(({ allowed }) => allowed)).toEqual([true, true, true]);
  await order('entity.disallow', `uscc:${uscc.value}`);
  expect(await added()).toEqual(['organizationCode', 'housingFund']);
});

test('an allowance is for one kind of number', async () => {
  const { db, order } = await desk();
  await order('entity.allow', `businessLicense:${uscc.value}`);
  expect((await warningsFor(db, [uscc])).map(({ allowed }) => allowed)).toEqual([false]);
});

test.each(['uscc', 'uscc:', `UsCC:${uscc.value}`, 'uscc:91350203m0001qay9b', 'organizationCode:66943382-7'])(
  'a command about “number:%s” is refused: a code has one name',
  async (subject) => {
    const { order } = await desk();
    await expect(order('entity.allow', subject)).rejects.toMatchObject({ code: 'command-invalid' });
  },
);
