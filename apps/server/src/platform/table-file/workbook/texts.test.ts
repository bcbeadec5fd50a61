import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Texts } from './texts.ts';

test('every text is found by its number, at any time, whatever its length', () => {
  const long = fc.constantFrom(0, 1, 40_000, 65_535, 65_536, 200_000);
  const text = fc
    .tuple(fc.constantFrom('a', '名', '𠮷'), long)
    .map(([one, length]) => one.repeat(length / one.length));
  const added = fc.array(fc.oneof(text, fc.string()), { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(added, fc.infiniteStream(fc.nat()), (added, asked) => {
      const texts = new Texts();
      for (const [at, one] of added.entries()) {
        texts.add(one);
        const number = (asked.next().value ?? 0) % (at + 1);
        expect(texts.get(number)).toBe(added[number]);
      }
      expect([-1, 0.5, Number.NaN, added.length].map((number) => texts.get(number))).toEqual(
        Array(4).fill(undefined),
      );
      texts.close();
    }),
    { numRuns: 50 },
  );
});
