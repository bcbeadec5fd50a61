import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { flipped, gmErrorOf, hex, utf8 } from '../bytes.test-support.ts';
import { encode, encodeUnsigned, Tag } from '../der.ts';
import { Sm2PrivateKey } from '../index.ts';
import { encodeCiphertext } from './ciphertext.ts';
import { decodePoint, G } from './curve.ts';
import { encryptTo } from './encryption.ts';
import { EXAMPLE_K, EXAMPLE_POINT, exampleKey } from './example-key.test-support.ts';
import { deriveMask } from './kdf.ts';

const plain = utf8('encryption standard');
const x = hex('04EBFC718E8D1798620432268E77FEB6415E2EDE0E073C0F4F640ECD2E149A73');
const y = hex('E858F9D81E5430A57B36DAAB8F950A3C64E6EE6A63094D99283AFF767E124DF0');
const c3 = hex('59983C18F809E262923C53AEC295D30383B54E39D609D160AFCB1908D0BD8766');
const c2 = hex('21886CA989CA9C7D58087307CA93092D651EFA');
const raw = Buffer.concat([hex('04'), x, y, c3, c2]);
const forms = ['asn1', 'c1c3c2'] as const;

function recipient(): NonNullable<ReturnType<typeof decodePoint>> {
  return decodePoint(EXAMPLE_POINT) ?? G;
}

describe('SM2 encryption, GB/T 32918.5-2017 appendix C', () => {
  it('gives the example ciphertext for the example’s k', () => {
    const parts = encryptTo(recipient(), plain, () => EXAMPLE_K);
    expect(encodeCiphertext(parts, 'c1c3c2')).toEqual(new Uint8Array(raw));
    expect(encodeCiphertext(parts, 'asn1')).toEqual(sm2Cipher());
  });

  it('decrypts the example', () => {
    expect(exampleKey.decrypt(raw, 'c1c3c2')).toEqual(plain);
    expect(exampleKey.decrypt(sm2Cipher(), 'asn1')).toEqual(plain);
    expect(exampleKey.decrypt(sm2Cipher())).toEqual(plain);
  });
});

describe('SM2 encryption', () => {
  it('is undone by the private key, in both forms, whatever the length', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1, maxLength: 200 }),
        fc.constantFrom(...forms),
        (data, form) => {
          expect(exampleKey.decrypt(exampleKey.publicKey.encrypt(data, form), form)).toEqual(data);
        },
      ),
      { numRuns: 30 },
    );
  });

  it('draws another k when the mask would be all zero, instead of sending the plaintext', () => {
    const unlucky = scalarWithZeroMask();
    const draws = [unlucky, EXAMPLE_K];
    const parts = encryptTo(recipient(), utf8('a'), () => draws.shift() ?? EXAMPLE_K);
    expect(draws).toHaveLength(0);
    expect(parts.c1.slice(1, 33)).toEqual(x);
  });

  it('refuses a ciphertext made with an all-zero mask', () => {
    const k = BigInt(`0x${Buffer.from(scalarWithZeroMask()).toString('hex')}`);
    const forged = Buffer.concat([G.multiply(k).toBytes(false), new Uint8Array(32), utf8('a')]);
    expect(gmErrorOf(() => exampleKey.decrypt(forged, 'c1c3c2'))).toBe('decryption-failed');
  });

  it('notices every altered byte', () => {
    for (const bytes of [raw, sm2Cipher()]) {
      const form = bytes === raw ? 'c1c3c2' : 'asn1';
      for (let at = 0; at < bytes.length; at++) {
        const code = gmErrorOf(() => exampleKey.decrypt(flipped(bytes, at), form));
        expect(code, `${form} byte ${at}`).toMatch(/^(decryption-failed|invalid-ciphertext)$/);
      }
    }
  });

  it('notices every cut', () => {
    for (let end = 0; end < raw.length; end++) {
      expect(gmErrorOf(() => exampleKey.decrypt(raw.subarray(0, end), 'c1c3c2'))).not.toBe('none');
    }
    for (let end = 0; end < sm2Cipher().length; end++) {
      expect(gmErrorOf(() => exampleKey.decrypt(sm2Cipher().subarray(0, end)))).toBe('invalid-ciphertext');
    }
  });

  it('does not open with another key', () => {
    const other = Sm2PrivateKey.fromScalar(hex('01'.repeat(32)));
    expect(gmErrorOf(() => other.decrypt(raw, 'c1c3c2'))).toBe('decryption-failed');
  });

  it('never multiplies the private key with a point off the curve', () => {
    const zero = new Uint8Array(32);
    for (const [px, py] of [
      [flipped(x, 31), y] as const,
      [x, flipped(y, 0)] as const,
      [zero, zero] as const,
    ]) {
      const bytes = Buffer.concat([hex('04'), px, py, c3, c2]);
      expect(gmErrorOf(() => exampleKey.decrypt(bytes, 'c1c3c2'))).toBe('invalid-ciphertext');
    }
  });

  it('reads SM2Cipher as DER only', () => {
    const numbers = Buffer.concat([encodeUnsigned(x), encodeUnsigned(y)]);
    const octets = Buffer.concat([encode(Tag.octetString, c3), encode(Tag.octetString, c2)]);
    const forged: Record<string, Uint8Array> = {
      'bytes behind it': Buffer.concat([sm2Cipher(), hex('00')]),
      'bytes behind the cipher': encode(Tag.sequence, numbers, octets, hex('0500')),
      'a hash of 31 bytes': encode(
        Tag.sequence,
        numbers,
        encode(Tag.octetString, c3.subarray(1)),
        encode(Tag.octetString, c2),
      ),
      'an empty cipher': encode(Tag.sequence, numbers, encode(Tag.octetString, c3), hex('0400')),
      'a negative Y': encode(Tag.sequence, encodeUnsigned(x), encode(Tag.integer, y), octets),
      'a padded X': encode(Tag.sequence, encode(Tag.integer, hex('00'), x), encodeUnsigned(y), octets),
      'the raw form': raw,
    };
    for (const [name, bytes] of Object.entries(forged)) {
      expect(
        gmErrorOf(() => exampleKey.decrypt(bytes)),
        name,
      ).toBe('invalid-ciphertext');
    }
  });

  it('pads short coordinates back to 32 bytes', () => {
    const k = shortCoordinateScalar();
    const sealed = encodeCiphertext(
      encryptTo(recipient(), plain, () => k),
      'asn1',
    );
    expect(exampleKey.decrypt(sealed)).toEqual(plain);
  });

  it('refuses an empty plaintext', () => {
    expect(gmErrorOf(() => exampleKey.publicKey.encrypt(new Uint8Array()))).toBe('invalid-argument');
  });
});

function sm2Cipher(): Uint8Array {
  return encode(
    Tag.sequence,
    encodeUnsigned(x),
    encodeUnsigned(y),
    encode(Tag.octetString, c3),
    encode(Tag.octetString, c2),
  );
}

function scalarBytes(k: number): Uint8Array {
  const bytes = Buffer.alloc(32);
  bytes.writeUInt32BE(k, 28);
  return new Uint8Array(bytes);
}

/** A k whose mask for one byte towards the example key is zero: the smallest. */
function scalarWithZeroMask(): Uint8Array {
  let shared = recipient();
  for (let k = 1; ; k++) {
    const point = shared.toBytes(false);
    if (!deriveMask(point.subarray(1, 33), point.subarray(33), 1)) return scalarBytes(k);
    shared = shared.add(recipient());
  }
}

/** A k whose point k·G has an X below 2^248: the smallest. */
function shortCoordinateScalar(): Uint8Array {
  let point = G;
  for (let k = 1; ; k++) {
    if (point.toBytes(false)[1] === 0) return scalarBytes(k);
    point = point.add(G);
  }
}
