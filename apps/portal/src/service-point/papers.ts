import type { ComparisonRow } from '@certdesk/contract';

export type Paper = 'key' | 'uscc' | 'oldThree' | 'socialInsurance' | 'housingFund' | 'holder' | 'stamp';

/** In the order in which the counter asks for them. */
const order: readonly Paper[] = [
  'key',
  'uscc',
  'oldThree',
  'socialInsurance',
  'housingFund',
  'holder',
  'stamp',
];

/** What shows each that may differ, beside the company's own document, which shows its name and unified code. */
const paperFor: Readonly<Record<ComparisonRow['kind'], Paper | null>> = {
  name: null,
  uscc: null,
  organizationCode: 'oldThree',
  businessLicense: 'oldThree',
  taxRegistration: 'oldThree',
  socialInsurance: 'socialInsurance',
  housingFund: 'housingFund',
};

/**
 * What to bring to a service point for exactly these differences.
 * @param differing what certificate and register differ in; `name` for a company that has to be shown as a whole
 * @param hasUnifiedCode a company without one has the three old documents instead of the unified code certificate
 */
export function papersFor(differing: readonly ComparisonRow['kind'][], hasUnifiedCode: boolean): Paper[] {
  const needed = new Set<Paper | null>([
    'key',
    'holder',
    'stamp',
    ...differing.map((kind) => paperFor[kind]),
  ]);
  if (differing.length > 0) needed.add(hasUnifiedCode ? 'uscc' : 'oldThree');
  return order.filter((paper) => needed.has(paper));
}
