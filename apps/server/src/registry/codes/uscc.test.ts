import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { divisionOf, isUsccForm, organizationCodeOf, usccAlphabet, usccCheckDigitFits } from './uscc.ts';

describe('the unified social credit code', () => {
  test.each([
    '91310106669433828F',
    '91310000631291289X',
    '115300000151003540',
    '12100000000018032A',
    '91350100M000100Y43',
  ])('%s is one', (code) => {
    expect([isUsccForm(code), usccCheckDigitFits(code)]).toEqual([true, true]);
  });

  test('a genuine code may fail its check digit', () => {
    expect([isUsccForm('91350203M0001QAY9B'), usccCheckDigitFits('91350203M0001QAY9B')]).toEqual([
      true,
      false,
    ]);
  });

  test('holds the division where it was given out, and the organisation code', () => {
    expect([divisionOf('91310106669433828F'), organizationCodeOf('91310106669433828F')]).toEqual([
      '310106',
      '669433828',
    ]);
    expect([divisionOf('9131010666943382'), organizationCodeOf('9131010666943382')]).toEqual([
      undefined,
      undefined,
    ]);
  });

  test.each([
    ['', 'nothing'],
    ['91310106669433828', 'too short'],
    ['91310106669433828FF', 'too long'],
    ['9131010666943382OF', 'the letter O'],
    ['91310106669433828f', 'a small letter'],
    ['9131A106669433828F', 'a letter in the division'],
    ['９1310106669433828F', 'a full-width digit'],
  ])('“%s” is none: %s', (code) => {
    expect([isUsccForm(code), usccCheckDigitFits(code)]).toEqual([false, false]);
  });

  const characters = [...usccAlphabet];
  const body = fc
    .tuple(
      fc.array(fc.constantFrom(...characters), { minLength: 11, maxLength: 11 }),
      fc.array(fc.constantFrom(...'0123456789'), { minLength: 6, maxLength: 6 }),
    )
    .map(([letters, digits]) => [...letters.slice(0, 2), ...digits, ...letters.slice(2)].join(''));
  const code = body.map((body) => characters.map((last) => body + last).find(usccCheckDigitFits) ?? body);

  test('for any 17 characters exactly one fits as the last', () => {
    fc.assert(
      fc.property(body, (body) => {
        expect(characters.filter((last) => usccCheckDigitFits(body + last))).toHaveLength(1);
      }),
    );
  });

  test('one wrong character is always noticed', () => {
    fc.assert(
      fc.property(code, fc.nat(17), fc.constantFrom(...characters), (code, at, other) => {
        fc.pre(code[at] !== other);
        expect(usccCheckDigitFits(code.slice(0, at) + other + code.slice(at + 1))).toBe(false);
      }),
    );
  });

  test('two neighbours that changed places are always noticed', () => {
    fc.assert(
      fc.property(code, fc.nat(15), (code, at) => {
        const [a = '', b = ''] = code.slice(at, at + 2);
        fc.pre(a !== b);
        expect(usccCheckDigitFits(code.slice(0, at) + b + a + code.slice(at + 2))).toBe(false);
      }),
    );
  });
});
