import { expect, test } from 'vitest';
import { en } from './en.ts';
import { zh } from './zh.ts';

/** Every text by its path; sentences that are made of something are made of ones and of twos. */
function textsOf(words: object, path = ''): [string, string][] {
  return Object.entries(words).flatMap(([name, value]: [string, unknown]): [string, string][] => {
    const at = path + name;
    if (typeof value === 'string') return [[at, value]];
    if (typeof value !== 'function') return textsOf(value as object, `${at}.`);
    const say = value as (...parts: unknown[]) => string;
    return [1, 2].map((count) => [`${at}(${count})`, say(count, count, count)]);
  });
}

test('both languages say the same things', () => {
  const [chinese, english] = [textsOf(zh), textsOf(en)];
  expect(english.map(([at]) => at)).toEqual(chinese.map(([at]) => at));
  const silent = ([, text]: [string, string]) => text.trim() === '';
  expect(english.filter(silent).map(([at]) => at)).toEqual(chinese.filter(silent).map(([at]) => at));
});

test('English is English, but for the way to Chinese', () => {
  const chinese = textsOf(en).filter(([, text]) => /[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]/.test(text));
  expect(chinese).toEqual([['otherLanguage', '中文']]);
});
