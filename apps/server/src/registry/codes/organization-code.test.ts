import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isOrganizationCodeForm, organizationCodeCheckDigitFits } from './organization-code.ts';
import { organizationCodeOf } from './uscc.ts';

describe('the organisation code', () => {
  test.each(['669433828', '669433828', '631291289', '802100433', '71526726X', '71093123X', 'M0001QAY9'])(
    '%s is one',
    (code) => {
      expect([isOrganizationCodeForm(code), organizationCodeCheckDigitFits(code)]).toEqual([true, true]);
    },
  );

  test.each([
    '91310106669433828F',
    '91310000631291289X',
    '115300000151003540',
    '12100000000018032A',
    '91350100M000100Y43',
    '914403001922038216',
    '9144030071526726XG',
    '91100000100003962T',
  ])('in %s is one', (uscc) => {
    expect(organizationCodeCheckDigitFits(organizationCodeOf(uscc) ?? '')).toBe(true);
  });

  test.each([
    ['', 'nothing'],
    ['6694338-8', 'too short'],
    ['66943382-8', 'with its hyphen, as it is not looked up'],
    ['66943382A', 'a check character that there is not'],
    ['m0001qay9', 'small letters'],
  ])('“%s” is none: %s', (code) => {
    expect([isOrganizationCodeForm(code), organizationCodeCheckDigitFits(code)]).toEqual([false, false]);
  });

  const digits = [...'0123456789'];
  const characters = [...digits, ...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
  const checks = [...digits, 'X'];
  const withCheck = (body: string) =>
    checks.map((last) => body + last).find(organizationCodeCheckDigitFits) ?? body;
  const code = fc
    .array(fc.constantFrom(...characters), { minLength: 8, maxLength: 8 })
    .map((body) => withCheck(body.join('')));
  const weighed = (character: string | undefined) => Number.parseInt(character ?? '', 36);

  test('for any eight characters exactly one fits as the last', () => {
    fc.assert(
      fc.property(code, (code) => {
        const body = code.slice(0, 8);
        expect(checks.filter((last) => organizationCodeCheckDigitFits(body + last))).toHaveLength(1);
      }),
    );
  });

  // Modulo 11 cannot tell 0 from B or M: the standard promises what it can.
  test('one wrong character is noticed, unless its value is the same modulo 11', () => {
    fc.assert(
      fc.property(code, fc.nat(7), fc.constantFrom(...characters), (code, at, other) => {
        const same = (weighed(code[at]) - weighed(other)) % 11 === 0;
        expect(organizationCodeCheckDigitFits(code.slice(0, at) + other + code.slice(at + 1))).toBe(same);
      }),
    );
  });

  test('two neighbours that changed places are noticed, unless they are the same modulo 11', () => {
    fc.assert(
      fc.property(code, fc.nat(6), (code, at) => {
        const [a = '', b = ''] = code.slice(at, at + 2);
        const same = (weighed(a) - weighed(b)) % 11 === 0;
        expect(organizationCodeCheckDigitFits(code.slice(0, at) + b + a + code.slice(at + 2))).toBe(same);
      }),
    );
  });
});
