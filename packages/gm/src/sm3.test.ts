import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hex, utf8 } from './bytes.test-support.ts';
import { sm3 } from './index.ts';

describe('SM3', () => {
  // GB/T 32905-2016, appendix A
  it.each([
    ['abc', '66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0'],
    ['abcd'.repeat(16), 'debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732'],
  ])('gives the example of the standard for %s', (message, digest) => {
    expect(sm3(utf8(message))).toEqual(hex(digest));
  });

  it('hashes parts as their concatenation', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array()), (parts) => {
        expect(sm3(...parts)).toEqual(sm3(Buffer.concat(parts)));
      }),
    );
  });
});
