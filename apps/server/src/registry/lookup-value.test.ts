import { expect, test } from 'vitest';
import { lookupValue } from './lookup-value.ts';

test.each([
  ['uscc', ' 9131 0106 6694 33828f', '91310106669433828F'],
  ['uscc', '９１３１０１０６６６９４３３８２８Ｆ', '91310106669433828F'],
  ['organizationCode', '66943382-8', '669433828'],
  ['organizationCode', '66943382－x', '66943382X'],
  ['organizationCode', '669433828', '669433828'],
  ['organizationCode', '6694-3382-8', '6694-3382-8'],
  ['socialInsurance', '66943382-8', '66943382-8'],
  ['businessLicense', '企独沪总字第001234号', '企独沪总字第001234号'],
] as const)('the %s “%s” is looked up as “%s”', (kind, value, expected) => {
  expect(lookupValue(kind, value)).toBe(expected);
  expect(lookupValue(kind, expected)).toBe(expected);
});
