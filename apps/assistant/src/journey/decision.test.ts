import type { Case, ComparisonRow } from '@certdesk/contract';
import { expect, it } from 'vitest';
import { checkKinds, decide } from './decision.ts';

const row = (kind: ComparisonRow['kind'], offer: ComparisonRow['offer']): ComparisonRow => ({
  kind,
  group: 'unit',
  certificate: null,
  register: 'value',
  result: 'only-register',
  offer,
});
const comparison = {
  rows: [
    row('name', null),
    row('uscc', 'unconfirmed'),
    row('socialInsurance', 'open'),
    row('housingFund', 'open'),
  ],
} as unknown as NonNullable<Case['comparison']>;

it.each([
  [{}, ['socialInsurance', 'housingFund'], []],
  [{ add: ['housingFund'] }, ['housingFund'], ['socialInsurance']],
  [{ decline: ['socialInsurance'] }, ['housingFund'], ['socialInsurance']],
  [{ add: [] }, [], ['socialInsurance', 'housingFund']],
])('decides about every number on offer, each once: %j', (wish, added, declined) => {
  expect(decide(comparison, wish)).toEqual({ added, declined });
});

it('says what is on offer where something else was asked for', () => {
  for (const wish of [{ add: ['uscc'] }, { decline: ['uscc'] }])
    expect(() => decide(comparison, wish)).toThrow(
      'Not on offer: uscc. On offer: socialInsurance, housingFund.',
    );
  const nothing = { ...comparison, rows: [] };
  expect(() => decide(nothing, { add: ['uscc'] })).toThrow('On offer: nothing.');
  expect(() => checkKinds({ add: ['passport'] })).toThrow(
    'No kind of number: passport. There are uscc, organizationCode,',
  );
  expect(() => checkKinds({ decline: ['uscc'] })).not.toThrow();
});
