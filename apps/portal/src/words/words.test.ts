import { errorCodes } from '@certdesk/contract';
import { expect, test } from 'vitest';
import { failure, sentenceOf } from '../troubles/failure.ts';
import { en } from './en.ts';
import { zh } from './zh.ts';

/** Every sentence by its path; what takes values is given some. */
function sentences(words: unknown, path = ''): Map<string, string> {
  const all = new Map<string, string>();
  if (typeof words === 'string') return all.set(path, words);
  if (typeof words === 'function') return all.set(path, String(words(2, 3)));
  for (const [key, value] of Object.entries(words as object)) {
    for (const [at, sentence] of sentences(value, `${path}.${key}`)) all.set(at, sentence);
  }
  return all;
}

const chinese = sentences(zh);
const english = sentences(en);

test('both languages say the same things', () => {
  expect([...english.keys()].sort()).toEqual([...chinese.keys()].sort());
  expect(chinese.size).toBeGreaterThan(250);
});

test('no sentence is empty or unfinished', () => {
  for (const [path, sentence] of [...chinese, ...english]) {
    expect(sentence.trim(), path).not.toBe('');
    expect(sentence, path).not.toMatch(/TODO|undefined|!|！|亲/);
  }
});

test('English is English, and Chinese is Chinese', () => {
  for (const [path, sentence] of english) {
    if (path !== '.common.otherLanguage') expect(sentence, path).not.toMatch(/[\u4e00-\u9fff]/);
  }
  const latin = new Set(['.locale', '.common.otherLanguage', '.bring.papers.key']);
  for (const [path, sentence] of chinese) {
    const alone = latin.has(path) || /^(USB Key|[、：]|\W+)$/.test(sentence);
    if (!alone) expect(sentence, path).toMatch(/[\u4e00-\u9fff]/);
  }
});

test('whatever code comes, there is a sentence for it in both languages', () => {
  for (const code of [
    ...errorCodes,
    'server-unreachable',
    'window-closed',
    'of-a-newer-assistant',
    'constructor',
  ]) {
    expect(sentenceOf(failure(code), 'zh', zh), code).toMatch(/[\u4e00-\u9fff]/);
    expect(sentenceOf(failure(code), 'en', en), code).toMatch(/\w+ \w+/);
  }
});
