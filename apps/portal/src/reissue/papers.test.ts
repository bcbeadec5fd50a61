import { expect, test } from 'vitest';
import { papersFor } from './papers.ts';

const always = ['key', 'uscc', 'oldThree', 'holder', 'stamp'];

test('a difference of the unit needs the code certificate or the three old ones, ID and stamp', () => {
  expect(papersFor([{ group: 'unit' }])).toEqual(always);
});

test('a social insurance difference needs that registration as well, and no other', () => {
  const papers = papersFor([{ group: 'socialInsurance' }]);
  expect(papers).toContain('socialInsurance');
  expect(papers).not.toContain('housingFund');
  expect(papers).toEqual(expect.arrayContaining(always));
});

test('several differences ask for each paper once', () => {
  const papers = papersFor([{ group: 'unit' }, { group: 'unit' }, { group: 'housingFund' }]);
  expect(papers.filter((paper) => paper === 'uscc')).toHaveLength(1);
  expect(papers).toContain('housingFund');
});
