import { type IdentityKind, identityKinds } from '@certdesk/contract';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { codeWarnings } from './warnings.ts';

const number = (kind: IdentityKind, value: string) => ({ kind, value });
const problems = (...numbers: [IdentityKind, string][]) =>
  codeWarnings(numbers.map(([kind, value]) => number(kind, value))).map(({ kind, value, problem }) => [
    kind,
    value,
    problem,
  ]);

test('nothing is said of an entity whose codes fit each other', () => {
  expect(
    problems(
      ['uscc', '91310106669433828F'],
      ['organizationCode', '66943382-8'],
      ['taxRegistration', '310106669433828'],
      ['businessLicense', '110108000000016'],
      ['socialInsurance', '00123456'],
      ['housingFund', 'GJJ-77'],
    ),
  ).toEqual([]);
});

test('it is no matter how a code is written', () => {
  expect(problems(['uscc', ' ９１310106 669433828f'], ['organizationCode', '669433828'])).toEqual([]);
});

test('a genuine code that fails its check digit is named as it was given', () => {
  expect(problems(['uscc', '91350203m0001qay9b'], ['organizationCode', 'M0001QAY-9'])).toEqual([
    ['uscc', '91350203m0001qay9b', 'check-digit'],
  ]);
});

test.each<[IdentityKind, string, ...string[]]>([
  ['uscc', '91310106669433828', 'form'],
  ['uscc', '913101066694338280', 'check-digit'],
  ['uscc', '91990106669433828F', 'check-digit', 'division-unknown'],
  ['organizationCode', '66943382', 'form'],
  ['organizationCode', '66943382-7', 'check-digit'],
  ['businessLicense', '110108000000017', 'check-digit'],
  ['businessLicense', '企独沪总字第001234号'],
  ['businessLicense', '3101061012345'],
  ['businessLicense', '91310106669433828F'],
  ['businessLicense', '91310106669433828A', 'check-digit'],
  ['taxRegistration', '310106669433820', 'check-digit'],
  ['taxRegistration', '990106669433828', 'division-unknown'],
  ['taxRegistration', '91310106669433828F'],
  ['taxRegistration', '91310106669433828A', 'check-digit'],
  ['taxRegistration', '115300000151003540'],
  ['taxRegistration', '沪地税01234'],
])('of %s %s is said: %s %s', (kind, value, ...expected) => {
  expect(problems([kind, value])).toEqual(expected.map((problem) => [kind, value, problem]));
});

test('an organisation code is held against the unified code beside it, and against none that is no such code', () => {
  expect(problems(['organizationCode', '63129128-9'], ['uscc', '91310106669433828F'])).toEqual([
    ['organizationCode', '63129128-9', 'organization-code-differs'],
  ]);
  expect(problems(['organizationCode', '63129128-9'], ['uscc', '9131'])).toEqual([['uscc', '9131', 'form']]);
});

test('whatever stands in a certificate, something or nothing is said of it', () => {
  const any = fc.record({
    kind: fc.constantFrom(...identityKinds),
    value: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 64 }),
  });
  fc.assert(
    fc.property(fc.array(any, { maxLength: 6 }), (numbers) => {
      for (const warning of codeWarnings(numbers)) {
        expect(numbers).toContainEqual({ kind: warning.kind, value: warning.value });
      }
    }),
  );
});
