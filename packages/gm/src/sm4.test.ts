import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gmErrorOf, hex, utf8 } from './bytes.test-support.ts';
import { sm4DecryptCbc, sm4DecryptEcb, sm4EncryptCbc, sm4EncryptEcb } from './index.ts';

const block = hex('0123456789abcdeffedcba9876543210');
const key = block;
const whole = { padding: false };
const bytes16 = fc.uint8Array({ minLength: 16, maxLength: 16 });

describe('SM4, GB/T 32907-2016 appendix A', () => {
  it('encrypts the example block, and decrypts it', () => {
    const encrypted = hex('681edf34d206965e86b3e94f536e4246');
    expect(sm4EncryptEcb(key, block, whole)).toEqual(encrypted);
    expect(sm4DecryptEcb(key, encrypted, whole)).toEqual(block);
  });

  it('encrypts the example block a million times over', () => {
    // CBC of zeros is just that: each block is the encryption of the one before, and the IV is the first.
    const chain = sm4EncryptCbc(key, new Uint8Array(16_000_000), block, whole);
    expect(chain.slice(-16)).toEqual(hex('595298c7c6fd271f0402f804c33d3f66'));
  });
});

describe('SM4', () => {
  it('decrypts what it encrypted, in both modes, whatever the length', () => {
    fc.assert(
      fc.property(bytes16, bytes16, fc.uint8Array({ maxLength: 100 }), (anyKey, iv, data) => {
        expect(sm4DecryptEcb(anyKey, sm4EncryptEcb(anyKey, data))).toEqual(data);
        expect(sm4DecryptCbc(anyKey, sm4EncryptCbc(anyKey, data, iv), iv)).toEqual(data);
      }),
    );
  });

  it('pads by default with PKCS#7, so that a whole block grows by one', () => {
    expect(sm4EncryptEcb(key, block)).toHaveLength(32);
    const padded = sm4DecryptEcb(key, sm4EncryptEcb(key, utf8('12345678901')), whole);
    expect(padded).toEqual(hex('3132333435363738393031 0505050505'));
  });

  it('names the caller’s mistakes', () => {
    expect(gmErrorOf(() => sm4EncryptEcb(block.subarray(1), block))).toBe('invalid-argument');
    expect(gmErrorOf(() => sm4DecryptEcb(new Uint8Array(32), block))).toBe('invalid-argument');
    expect(gmErrorOf(() => sm4EncryptCbc(key, block, block.subarray(1)))).toBe('invalid-argument');
    expect(gmErrorOf(() => sm4DecryptCbc(key, block, new Uint8Array(17)))).toBe('invalid-argument');
    expect(gmErrorOf(() => sm4EncryptEcb(key, block.subarray(1), whole))).toBe('invalid-argument');
    expect(gmErrorOf(() => sm4DecryptEcb(key, block.subarray(1)))).toBe('invalid-argument');
  });

  it('tells a wrong key by the padding', () => {
    // A fixed key, known to leave no padding: one key in about 256 would look right.
    const wrong = hex('00000000000000000000000000000001');
    expect(gmErrorOf(() => sm4DecryptEcb(wrong, sm4EncryptEcb(key, utf8('secret'))))).toBe(
      'decryption-failed',
    );
    expect(gmErrorOf(() => sm4DecryptEcb(key, new Uint8Array()))).toBe('decryption-failed');
  });
});
