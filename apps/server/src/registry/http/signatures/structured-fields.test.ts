import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type BareItem,
  FieldError,
  type InnerList,
  type Item,
  parseDictionary,
  serialize,
  Token,
} from './structured-fields.ts';

describe('a dictionary', () => {
  test.each([
    ['', []],
    ['a=1, b=?0;x;y="q\\"\\\\"', ['a', 'b']],
    ['sig1=("@method"  "signature";req;key="a" );created=-5 ,\tb=:AQI=:', ['sig1', 'b']],
    ['flag;q=x/y, list=()', ['flag', 'list']],
    ['a=1, b=2, a=3', ['b', 'a']],
  ])('%s is read', (field, names) => {
    expect([...parseDictionary(field).keys()]).toEqual(names);
  });

  test.each([
    ['A=1', 'a name in capital letters'],
    ['a=1,', 'a comma at the end'],
    ['a=1 b=2', 'no comma'],
    ['a="open', 'a string without end'],
    ['a="中"', 'more than ASCII'],
    ['a="\\n"', 'an escape that there is not'],
    ['a=:AQI', 'octets without end'],
    ['a=:A$I=:', 'octets that are no base64'],
    ['a=("x""y")', 'no space in a list'],
    ['a=("x"', 'a list without end'],
    ['a=(("x"))', 'a list in a list'],
    ['a=1.5', 'a decimal'],
    ['a=1234567890123456', 'an integer that is too long'],
    ['a=?2', 'no boolean'],
    ['a=;b', 'no value'],
  ])('%s is none: %s', (field) => {
    expect(() => parseDictionary(field)).toThrow(FieldError);
  });

  const key = fc.stringMatching(/^[a-z*][a-z0-9_.*-]{0,8}$/);
  const bare: fc.Arbitrary<BareItem> = fc.oneof(
    fc.stringMatching(/^[\x20-\x7e]{0,12}$/),
    fc.integer({ min: -999_999_999_999_999, max: 999_999_999_999_999 }),
    fc.boolean(),
    fc.uint8Array({ maxLength: 8 }),
    fc.stringMatching(/^[A-Za-z*][A-Za-z0-9:/.-]{0,8}$/).map((text) => new Token(text)),
  );
  const parameters = fc.array(fc.tuple(key, bare), { maxLength: 3 }).map((pairs) => new Map(pairs));
  const item: fc.Arbitrary<Item> = fc.record({ value: bare, parameters });
  const list: fc.Arbitrary<InnerList> = fc.record({ items: fc.array(item, { maxLength: 4 }), parameters });

  test('what is written is read again as it was', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(key, fc.oneof(item, list)), { maxLength: 4 }), (pairs) => {
        const members = new Map(pairs);
        const field = [...members].map(([name, member]) => `${name}=${serialize(member)}`).join(', ');
        expect(parseDictionary(field)).toEqual(members);
      }),
    );
  });

  test('anything else is refused as such', () => {
    fc.assert(
      fc.property(fc.string(), (field) => {
        try {
          parseDictionary(field);
        } catch (error) {
          expect(error).toBeInstanceOf(FieldError);
        }
      }),
    );
  });
});
