import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { flipped, gmErrorOf, hex, utf8 } from '../bytes.test-support.ts';
import { encode, encodeUnsigned, Tag } from '../der.ts';
import { DEFAULT_SIGNER_ID, Sm2PrivateKey, sm3 } from '../index.ts';
import { exampleKey, orderPlus } from './example-key.test-support.ts';

const message = utf8('message digest');
const r = hex('F5A03B0648D2C4630EEAC513E1BB81A15944DA3827D5B74143AC7EACEEE720B3');
const s = hex('B1B6AA29DF212FD8763182BC0D421CA1BB9038FD1F7F42D4840B69C485BBC1AA');
/** s + n, 257 bits */
const sPlusOrder = '01B1B6AA28DF212FD8763182BC0D421CA12D941868414547FFD7C75DCDBF9102CD';
const publicKey = exampleKey.publicKey;
const other = Sm2PrivateKey.fromScalar(hex('01'.repeat(32)));

function signature(first: Uint8Array, second: Uint8Array): Uint8Array {
  return encode(Tag.sequence, encodeUnsigned(first), encodeUnsigned(second));
}

describe('SM2 signatures, GB/T 32918.5-2017 appendix A', () => {
  it('compute Z and e of the example', () => {
    const z = publicKey.signerDigest();
    expect(z).toEqual(hex('B2E14C5C79C6DF5B85F4FE7ED8DB7A262B9DA7E07CCB0EA9F4747B8CCDA8A4F3'));
    expect(sm3(z, message)).toEqual(hex('F0B43E94BA45ACCAACE692ED534382EB17E6AB5A19CE7B31F4486FDFC0D28640'));
  });

  it('verify the example', () => {
    expect(publicKey.verify(message, signature(r, s))).toBe(true);
    expect(publicKey.verify(message, signature(r, s), utf8('1234567812345678'))).toBe(true);
  });
});

describe('SM2 signatures', () => {
  it('verify under their key, message and ID, and under no other', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.uint8Array({ maxLength: 40 }), (data, id) => {
        const made = exampleKey.sign(data, id);
        expect(publicKey.verify(data, made, id)).toBe(true);
        expect(publicKey.verify(data, made, Uint8Array.of(...id, 0))).toBe(false);
        expect(publicKey.verify(Uint8Array.of(...data, 0), made, id)).toBe(false);
        expect(other.publicKey.verify(data, made, id)).toBe(false);
      }),
      { numRuns: 30 },
    );
  });

  it('use the default ID when none is given, not an empty one', () => {
    const made = exampleKey.sign(message);
    expect(publicKey.verify(message, made, new Uint8Array(DEFAULT_SIGNER_ID))).toBe(true);
    expect(publicKey.verify(message, made, new Uint8Array())).toBe(false);
  });

  it('are new each time', () => {
    expect(exampleKey.sign(message)).not.toEqual(exampleKey.sign(message));
  });

  it('fail on every flipped byte and every cut', () => {
    const good = signature(r, s);
    for (let at = 0; at < good.length; at++) {
      expect(publicKey.verify(message, flipped(good, at)), `byte ${at}`).toBe(false);
      expect(publicKey.verify(message, good.subarray(0, at)), `cut at ${at}`).toBe(false);
    }
  });

  it('have one encoding: DER of two numbers in 1…n−1, nothing else', () => {
    const rDer = encodeUnsigned(r);
    const sDer = encodeUnsigned(s);
    const body = Buffer.concat([rDer, sDer]);
    const forged: Record<string, Uint8Array> = {
      'bytes behind it': Buffer.concat([signature(r, s), hex('00')]),
      'bytes behind s': encode(Tag.sequence, body, hex('00')),
      'a leading zero too many': encode(Tag.sequence, hex('022200'), rDer.subarray(2), sDer),
      'a long form of the length': Buffer.concat([hex('3081'), Uint8Array.of(body.length), body]),
      'an indefinite length': Buffer.concat([hex('3080'), body, hex('0000')]),
      'a SET': encode(0x31, body),
      'r ‖ s raw': Buffer.concat([r, s]),
      'r = 0': signature(hex('00'), s),
      's = 0': signature(r, hex('00')),
      'r = n': signature(orderPlus(0), s),
      's = n': signature(r, orderPlus(0)),
      'r + s = n': signature(hex('01'), orderPlus(-1)),
      's + n, the same number to a careless verifier': signature(r, hex(sPlusOrder)),
      nothing: new Uint8Array(),
    };
    for (const [name, bytes] of Object.entries(forged)) {
      expect(publicKey.verify(message, bytes), name).toBe(false);
    }
  });

  it('take an ID of up to 8191 bytes, whose bits 16 bits can count', () => {
    const longest = new Uint8Array(8191);
    expect(publicKey.verify(message, exampleKey.sign(message, longest), longest)).toBe(true);
    expect(gmErrorOf(() => exampleKey.sign(message, new Uint8Array(8192)))).toBe('invalid-argument');
    expect(gmErrorOf(() => publicKey.verify(message, signature(r, s), new Uint8Array(8192)))).toBe(
      'invalid-argument',
    );
  });
});
