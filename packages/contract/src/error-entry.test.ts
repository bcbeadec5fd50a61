import { expect, test } from 'vitest';
import { sentenceWith } from './error-entry.ts';
import { holderErrors } from './errors.ts';

test('days stand in sentences as people write them, in the time of the desk', () => {
  const on = '2027-01-15T16:00:00.000Z';
  const sentence = sentenceWith(holderErrors['amendment-near-end'], 'zh', { on });
  expect(sentence).toContain('2027-01-16');
  expect(sentence).not.toContain('T16');
  expect(sentenceWith(holderErrors['renewal-too-early'], 'en', { from: '2026-10-16' })).toContain(
    '2026-10-16',
  );
});

test('a detail that is missing, or no day, leaves the sentence whole', () => {
  expect(sentenceWith(holderErrors['amendment-near-end'], 'zh', { on: 'soon' })).toContain('soon');
  expect(sentenceWith(holderErrors['amendment-near-end'], 'zh')).toContain('–');
});
