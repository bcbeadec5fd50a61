import { type IdentityKind, type IdentityNumber, identityKinds } from '@certdesk/contract';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { allMatch, compare, groupsOf, normalised, openOffers } from './compare.ts';

const standard: IdentityKind[] = ['uscc', 'socialInsurance', 'housingFund'];
const unified = '91310106669433828F';

const numbers = (entries: Partial<Record<IdentityKind, string>>): IdentityNumber[] =>
  Object.entries(entries).map(([kind, value]) => ({ kind: kind as IdentityKind, value }));
const subject = (entries: Partial<Record<IdentityKind, string>>, name = '甲') => ({
  name,
  numbers: numbers(entries),
});
const results = (rows: ReturnType<typeof compare>) => rows.map(({ kind, result }) => [kind, result]);

test('brackets, widths, spaces and case do not count; anything else does', () => {
  expect(normalised('上海（示例） 有限公司Ａbc')).toBe(normalised('上海(示例)有限公司ABC'));
  expect(normalised('上海示例')).not.toBe(normalised('上海市示例'));
});

test('a number that the register has and the certificate lacks stops nothing, and is on offer', () => {
  const rows = compare(
    subject({ uscc: unified, socialInsurance: '2' }),
    subject({ uscc: unified, socialInsurance: '2', housingFund: '3' }),
    standard,
  );
  expect(rows.at(-1)).toMatchObject({ kind: 'housingFund', result: 'only-register', offer: 'open' });
  expect(allMatch(rows)).toBe(true);
  expect(groupsOf(rows)).toEqual(['unit', 'socialInsurance', 'housingFund']);
  expect(openOffers(rows)).toEqual([{ kind: 'housingFund', value: '3' }]);
});

test('numbers are offered in the configured order, and none that is not configured', () => {
  const register = subject({ uscc: unified, taxRegistration: '7', socialInsurance: '2', housingFund: '3' });
  const offers = (kinds: IdentityKind[]) =>
    openOffers(compare(subject({ uscc: unified }), register, kinds)).map(({ kind }) => kind);
  expect(offers(['housingFund', 'taxRegistration', 'socialInsurance'])).toEqual([
    'housingFund',
    'taxRegistration',
    'socialInsurance',
  ]);
  expect(offers([])).toEqual([]);
});

test('a number that looks wrong is shown and not offered before it is confirmed', () => {
  const [certificate, register] = [subject({ organizationCode: '669433828' }), subject({ uscc: unified })];
  const rows = compare(certificate, register, standard, () => false);
  expect(rows.find(({ kind }) => kind === 'uscc')).toMatchObject({ register: unified, offer: 'unconfirmed' });
  expect(openOffers(rows)).toEqual([]);
  expect(openOffers(compare(certificate, register, standard, () => true))).toHaveLength(1);
});

test.each(['uscc', 'socialInsurance', 'housingFund'] as const)(
  'a %s that the certificate has and the register lacks differs',
  (kind) => {
    const register = subject({ organizationCode: '669433828' });
    expect(
      allMatch(compare(subject({ organizationCode: '669433828', [kind]: '3' }), register, standard)),
    ).toBe(false);
  },
);

test('without a unified code the three old codes are the unit’s documents', () => {
  const old = { organizationCode: '66943382-8', taxRegistration: 'B' };
  const rows = compare(subject(old), subject({ ...old, uscc: unified }), []);
  expect(results(rows)).toEqual([
    ['name', 'same'],
    ['uscc', 'only-register'],
    ['organizationCode', 'same'],
    ['taxRegistration', 'same'],
  ]);
});

test('the organisation code is the same with and without its hyphen, and as part of the unified code', () => {
  const of = (organizationCode: string, register: Partial<Record<IdentityKind, string>>) =>
    allMatch(compare(subject({ organizationCode }), subject(register), standard));
  expect(of('66943382-8', { organizationCode: '669433828' })).toBe(true);
  expect(of('66943382-8', { uscc: unified })).toBe(true);
  expect(of('66943382-9', { uscc: unified })).toBe(false);
});

test('an old code that the register no longer keeps stops nothing where the unit is known without it', () => {
  const certificate = {
    uscc: unified,
    taxRegistration: '310106669433828',
    businessLicense: '310106000000001',
  };
  const rows = compare(subject(certificate), subject({ uscc: unified }), standard);
  expect(results(rows)).toEqual([
    ['name', 'same'],
    ['uscc', 'same'],
    ['taxRegistration', 'only-certificate'],
    ['businessLicense', 'only-certificate'],
  ]);
  expect(allMatch(rows)).toBe(true);
  // … and where it is not, it does; so does one that the register keeps with another value.
  const { uscc, ...old } = certificate;
  expect(allMatch(compare(subject(old), subject({ uscc }), standard))).toBe(false);
  expect(allMatch(compare(subject(certificate), subject({ uscc, taxRegistration: '1' }), standard))).toBe(
    false,
  );
});

test('old codes of an entity that has no unified code are shown, whoever has them', () => {
  const register = subject({ organizationCode: '669433828', taxRegistration: '310106669433828' });
  const rows = compare(subject({ organizationCode: '669433828' }), register, standard);
  expect(rows.at(-1)).toMatchObject({ kind: 'taxRegistration', result: 'only-register', offer: null });
});

test('whatever the numbers, nothing is offered that does not stand in the register or stands in the certificate', () => {
  const values = fc.dictionary(fc.constantFrom(...identityKinds), fc.constantFrom('1', '2', '3'));
  fc.assert(
    fc.property(values, values, fc.subarray([...identityKinds]), (mine, theirs, offered) => {
      const rows = compare(subject(mine), subject(theirs), offered);
      for (const { kind, value } of openOffers(rows)) {
        expect(mine[kind]).toBeUndefined();
        expect(theirs[kind]).toBe(value);
        expect(offered).toContain(kind);
      }
      // Every number of the certificate is shown.
      expect(Object.keys(mine).filter((kind) => !rows.some((row) => row.kind === kind))).toEqual([]);
    }),
  );
});
