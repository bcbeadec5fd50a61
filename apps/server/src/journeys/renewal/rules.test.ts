import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { newNotAfter, renewalTiming, termsOnOffer } from './rules.ts';

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
