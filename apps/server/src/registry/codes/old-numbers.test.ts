import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { businessLicenseCheckDigitFits } from './business-license.ts';
import { taxRegistrationCheckDigitFits } from './tax-registration.ts';

const digit = fc.constantFrom(...'0123456789');
const digits = (count: number) =>
  fc.array(digit, { minLength: count, maxLength: count }).map((all) => all.join(''));
const replaced = (text: string, at: number, by: string) => text.slice(0, at) + by + text.slice(at + 1);

describe('the number of a business licence', () => {
  test.each(['110108000000016', '440301103097413', '440301103448669', '100000400011263', '330100400013364'])(
    '%s fits its check digit',
    (number) => {
      expect(businessLicenseCheckDigitFits(number)).toBe(true);
    },
  );

  test('one wrong digit is always noticed', () => {
    const number = digits(14).map(
      (body) => [...'0123456789'].map((last) => body + last).find(businessLicenseCheckDigitFits) ?? '',
    );
    fc.assert(
      fc.property(number, fc.nat(14), digit, (number, at, other) => {
        expect(businessLicenseCheckDigitFits(replaced(number, at, other))).toBe(number[at] === other);
      }),
    );
  });
});

describe('the number of a tax registration', () => {
  test.each([
    ['310106669433828', 'of a company: division and organisation code'],
    ['44030071526726X', 'of a company, the check character X'],
    ['110105491231002', 'of a trader: a citizen’s number as it was until 1999, which has no check digit'],
    ['11010519491231002X', 'of a trader: a citizen’s number'],
    ['11010519491231002X01', 'of a trader with several'],
  ])('%s fits, %s', (number) => {
    expect(taxRegistrationCheckDigitFits(number)).toBe(true);
  });

  test.each(['310106669433829', '110105194912310021', '11010519491231003X01'])(
    '%s does not fit',
    (number) => {
      expect(taxRegistrationCheckDigitFits(number)).toBe(false);
    },
  );

  test.each(['', '沪字310106', '31010666943382', '1101054912310020'])(
    'of “%s” nothing can be said',
    (number) => {
      expect(taxRegistrationCheckDigitFits(number)).toBeUndefined();
    },
  );
});
