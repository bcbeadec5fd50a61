import { identityKinds } from '@certdesk/contract';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { papersFor } from './papers.ts';

test.each([
  ['name', true, ['uscc']],
  ['name', false, ['oldThree']],
  ['uscc', true, ['uscc']],
  ['organizationCode', true, ['uscc', 'oldThree']],
  ['businessLicense', false, ['oldThree']],
  ['taxRegistration', false, ['oldThree']],
  ['socialInsurance', true, ['uscc', 'socialInsurance']],
  ['socialInsurance', false, ['oldThree', 'socialInsurance']],
  ['housingFund', true, ['uscc', 'housingFund']],
] as const)('a different %s (unified code: %s) needs %s besides key, ID and stamp', (kind, has, papers) => {
  expect(papersFor([kind], has)).toEqual(['key', ...papers, 'holder', 'stamp']);
});

test('where nothing differs, nothing is needed but key, ID and stamp', () => {
  expect(papersFor([], true)).toEqual(['key', 'holder', 'stamp']);
});

test('several differences ask for each paper once, and for none that another difference would need', () => {
  const kinds = fc.uniqueArray(fc.constantFrom('name' as const, ...identityKinds));
  fc.assert(
    fc.property(kinds, fc.boolean(), (kinds, has) => {
      const papers = papersFor(kinds, has);
      expect(new Set(papers).size).toBe(papers.length);
      const each = kinds.flatMap((kind) => papersFor([kind], has));
      expect(new Set(papers)).toEqual(new Set([...each, 'key', 'holder', 'stamp']));
    }),
  );
});
