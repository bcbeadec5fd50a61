import type { IdentityNumber } from '@certdesk/contract';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  allMatch,
  compare,
  groupsOf,
  newNotAfter,
  normalised,
  renewalTiming,
  termsOnOffer,
} from './rules.ts';

const settings = { windowMonths: 3, lateMonths: 6, terms: [1, 2, 3] };
const at = (text: string) => new Date(`${text}Z`);
const far = at('2060-01-01T00:00:00');

describe('when a certificate may be renewed', () => {
  const notAfter = at('2027-05-31T12:00:00');
  test.each([
    // Three months before 31 May is the last day of February.
    ['2027-02-28T11:59:59', 'too-early'],
    ['2027-02-28T12:00:00', 'now'],
    ['2027-11-30T12:00:00', 'now'],
    ['2027-11-30T12:00:01', 'too-late'],
  ])('%s: %s', (now, renewable) => {
    expect(renewalTiming(notAfter, at(now), settings).renewable).toBe(renewable);
  });
});

describe('the new end of validity', () => {
  test('follows the old end, so that nobody loses a day', () => {
    const end = newNotAfter(at('2027-01-15T10:00:00'), 2, at('2026-11-01T08:00:00'), far);
    expect(end).toEqual(at('2029-01-15T10:00:00'));
  });
  test('follows today where the old one has run out', () => {
    const end = newNotAfter(at('2026-10-01T10:00:00'), 1, at('2026-11-25T08:00:00.500'), far);
    expect(end).toEqual(at('2027-11-25T08:00:00'));
  });
  test('is 28 February a year after a leap day', () => {
    expect(newNotAfter(at('2028-02-29T10:00:00'), 1, at('2028-01-01T00:00:00'), far)).toEqual(
      at('2029-02-28T10:00:00'),
    );
  });
  test('never outlives the issuing CA; terms that would all end with it are one offer', () => {
    const authorityEnd = at('2028-06-01T00:00:00');
    const offers = termsOnOffer(at('2027-01-15T10:00:00'), at('2026-12-01T00:00:00'), authorityEnd, settings);
    expect(offers).toEqual([
      { years: 1, notAfter: at('2028-01-15T10:00:00') },
      { years: 2, notAfter: authorityEnd },
    ]);
  });
  test('whatever the dates, grows with the term and lies after both now and the old end', () => {
    const date = fc.date({
      min: at('2020-01-01T00:00:00'),
      max: at('2040-01-01T00:00:00'),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(date, date, (old, now) => {
        const ends = settings.terms.map((years) => newNotAfter(old, years, now, far).getTime());
        expect(ends.toSorted((a, b) => a - b)).toEqual(ends);
        // The milliseconds go: certificates know none.
        expect(ends[0]).toBeGreaterThan(Math.max(old.getTime(), now.getTime()) - 1000);
      }),
    );
  });
});

describe('certificate and register side by side', () => {
  const numbers = (entries: Partial<Record<IdentityNumber['kind'], string>>): IdentityNumber[] =>
    Object.entries(entries).map(([kind, value]) => ({ kind: kind as IdentityNumber['kind'], value }));

  test('brackets, widths, spaces and case do not count; anything else does', () => {
    expect(normalised('上海（示例） 有限公司Ａbc')).toBe(normalised('上海(示例)有限公司ABC'));
    expect(normalised('上海示例')).not.toBe(normalised('上海市示例'));
  });
  test('a number that the register has and the certificate lacks does not stop it', () => {
    const rows = compare(
      { name: '甲', numbers: numbers({ uscc: '1', socialInsurance: '2' }) },
      { name: '甲', numbers: numbers({ uscc: '1', socialInsurance: '2', housingFund: '3' }) },
    );
    expect(rows.at(-1)).toMatchObject({ kind: 'housingFund', result: 'only-register' });
    expect(allMatch(rows)).toBe(true);
    expect(groupsOf(rows)).toEqual(['unit', 'socialInsurance', 'housingFund']);
  });
  test('a number that the certificate has and the register lacks differs', () => {
    const rows = compare(
      { name: '甲', numbers: numbers({ uscc: '1', housingFund: '3' }) },
      { name: '甲', numbers: numbers({ uscc: '1' }) },
    );
    expect(allMatch(rows)).toBe(false);
  });
  test('an organisation code is the same with its hyphen and without', () => {
    const rows = compare(
      { name: '甲', numbers: numbers({ organizationCode: '66943382-8' }) },
      { name: '甲', numbers: numbers({ organizationCode: '669433828' }) },
    );
    expect(allMatch(rows)).toBe(true);
  });
  test('without a unified code the three old codes are the unit’s documents', () => {
    const old = numbers({ organizationCode: 'A', taxRegistration: 'B' });
    const rows = compare(
      { name: '甲', numbers: old },
      { name: '甲', numbers: [...old, ...numbers({ uscc: '1' })] },
    );
    expect(rows.map(({ kind }) => kind)).toEqual(['name', 'organizationCode', 'taxRegistration']);
    expect(allMatch(rows)).toBe(true);
  });
});
