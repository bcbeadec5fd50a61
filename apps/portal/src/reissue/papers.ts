import type { ComparisonRow } from '@certdesk/contract';

export type Paper = 'key' | 'uscc' | 'oldThree' | 'socialInsurance' | 'housingFund' | 'holder' | 'stamp';

/** What to bring to a service point for exactly these differences, in the order in which the counter asks for it. */
export function papersFor(differing: readonly Pick<ComparisonRow, 'group'>[]): Paper[] {
  const groups = new Set(differing.map((row) => row.group));
  return [
    'key',
    'uscc',
    'oldThree',
    ...(groups.has('socialInsurance') ? (['socialInsurance'] as const) : []),
    ...(groups.has('housingFund') ? (['housingFund'] as const) : []),
    'holder',
    'stamp',
  ];
}
