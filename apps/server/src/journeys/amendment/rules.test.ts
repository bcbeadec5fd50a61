import type { Comparison } from '@certdesk/contract';
import { expect, test } from 'vitest';
import { DeskError } from '../../platform/error.ts';
import { readAmendmentKinds } from './kinds.ts';
import { amendmentTiming, eventFor } from './rules.ts';

const at = (text: string) => new Date(`${text}Z`);
const validity = { notBefore: at('2026-06-01T12:00:00'), notAfter: at('2027-06-01T12:00:00') };

test.each([
  ['2026-06-01T11:59:59', 'not-yet-valid'],
  ['2026-06-01T12:00:00', 'now'],
  ['2027-05-02T12:00:00', 'now'],
  ['2027-05-02T12:00:01', 'near-end'],
  ['2027-06-01T12:00:00', 'near-end'],
  ['2027-06-01T12:00:01', 'expired'],
])('numbers can be added %s: %s', (now, amendable) => {
  expect(amendmentTiming(validity, at(now), { lastDays: 30 }).amendable).toBe(amendable);
});

test('an answer with something on offer is a question to the holder, one without ends the case, a referral comes first', () => {
  const comparison = (offer: 'open' | 'unconfirmed' | null): Comparison => ({
    digest: '',
    askedAt: '',
    origin: null,
    groups: [],
    warnings: [],
    rows: [
      {
        kind: 'housingFund',
        group: 'housingFund',
        certificate: null,
        register: '1',
        result: 'only-register',
        offer,
      },
    ],
  });
  expect(eventFor({ comparison: comparison('open'), referral: null })).toBe('register-matched');
  expect(eventFor({ comparison: comparison('unconfirmed'), referral: null })).toBe('nothing-found');
  expect(eventFor({ comparison: comparison(null), referral: null })).toBe('nothing-found');
  expect(eventFor({ comparison: comparison('open'), referral: 'mismatch' })).toBe('register-refused');
});

test('a desk whose amendments end before its renewals begin does not start', () => {
  const read = (lastDays: number) => readAmendmentKinds({ lastDays }, { windowMonths: 1 }, new Map());
  expect(() => read(28)).not.toThrow();
  expect(() => read(29)).toThrow(DeskError);
});
