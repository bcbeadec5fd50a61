import { expect, test } from 'vitest';
import { badLineText, lineProblems } from './report.ts';

test('a line of the report names line, column and reason in either language', () => {
  const bad = { line: 7, problem: 'duplicate', column: 'socialInsurance', other: 3 } as const;
  expect(badLineText(bad, 'zh')).toBe('第 7 行（社保号）：号码与第 3 行重复');
  expect(badLineText(bad, 'en')).toBe('Line 7 (socialInsurance) has a number that line 3 has too');
});

test.each(lineProblems)('%s is said in full', (problem) => {
  for (const language of ['zh', 'en'] as const) {
    const said = badLineText({ line: 1, problem, other: 2, text: '$& {other}' }, language);
    expect(said).not.toMatch(/\{text\}|undefined/);
    expect(said.length).toBeGreaterThan(8);
  }
});

test('what is repeated from the file is short and harmless', () => {
  const said = badLineText(
    { line: 1, problem: 'heading-unknown', text: `\u{1B}[31m${'长'.repeat(99)}` },
    'zh',
  );
  expect(said).not.toContain('\u{1B}');
  expect(said.length).toBeLessThan(80);
});
