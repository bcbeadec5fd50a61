import { generateKeyPairSync } from 'node:crypto';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { flipped, gmErrorOf, hex } from '../bytes.test-support.ts';
import { DerReader, encode, encodeUnsigned, Tag } from '../der.ts';
import { Sm2PrivateKey, Sm2PublicKey } from '../index.ts';
import { EXAMPLE_POINT, EXAMPLE_SCALAR, exampleKey, orderPlus } from './example-key.test-support.ts';

const ALGORITHM = hex('3013 06072a8648ce3d0201 06082a811ccf5501822d');
const CURVE = hex('06082a811ccf5501822d');
const P256_CURVE = hex('06082a8648ce3d030107');
const pointBits = encode(Tag.bitString, hex('00'), EXAMPLE_POINT);

/** A PrivateKeyInfo of the example key with these fields after the scalar, and other parts where given. */
function pkcs8(
  fields: Uint8Array[],
  { scalar = EXAMPLE_SCALAR, version = 1, after = hex('') } = {},
): Uint8Array {
  const inner = encode(
    Tag.sequence,
    encodeUnsigned(Uint8Array.of(version)),
    encode(Tag.octetString, scalar),
    ...fields,
  );
  return encode(Tag.sequence, hex('020100'), ALGORITHM, encode(Tag.octetString, inner), after);
}

describe('SM2 key pairs', () => {
  it('are generated anew, and whole', () => {
    const [one, two] = [Sm2PrivateKey.generate(), Sm2PrivateKey.generate()];
    expect(one.toScalar()).not.toEqual(two.toScalar());
    expect(Sm2PrivateKey.fromPkcs8(one.toPkcs8()).publicKey.toPoint()).toEqual(one.publicKey.toPoint());
  });

  it('compute the public key of the example', () => {
    expect(exampleKey.publicKey.toPoint()).toEqual(EXAMPLE_POINT);
  });

  it('survive each encoding', () => {
    const scalars = fc.uint8Array({ minLength: 32, maxLength: 32 }).filter((bytes) => (bytes[0] ?? 0) < 0xff);
    fc.assert(
      fc.property(scalars, (scalar) => {
        fc.pre(scalar.some((byte) => byte !== 0));
        const key = Sm2PrivateKey.fromScalar(scalar);
        expect(key.toScalar()).toEqual(scalar);
        expect(Sm2PrivateKey.fromPkcs8(key.toPkcs8()).toScalar()).toEqual(scalar);
        expect(Sm2PublicKey.fromSpki(key.publicKey.toSpki()).toPoint()).toEqual(key.publicKey.toPoint());
      }),
      { numRuns: 20 },
    );
  });

  it('have a scalar in 1…n−2', () => {
    const scalarOf = (bytes: Uint8Array) => gmErrorOf(() => Sm2PrivateKey.fromScalar(bytes));
    expect(scalarOf(orderPlus(-2))).toBe('none');
    for (const bad of [
      new Uint8Array(32),
      orderPlus(-1),
      orderPlus(0),
      hex('ff'.repeat(32)),
      new Uint8Array(31),
      EXAMPLE_POINT,
    ]) {
      expect(scalarOf(bad)).toBe('invalid-private-key');
    }
    expect(gmErrorOf(() => Sm2PrivateKey.fromPkcs8(pkcs8([], { scalar: orderPlus(-1) })))).toBe(
      'invalid-private-key',
    );
  });

  it('do not share memory with their caller', () => {
    const mine = new Uint8Array(EXAMPLE_SCALAR);
    const key = Sm2PrivateKey.fromScalar(mine);
    mine.fill(0);
    key.toScalar().fill(0);
    key.publicKey.toPoint().fill(0);
    key.publicKey.signerDigest().fill(0);
    expect(key.toScalar()).toEqual(EXAMPLE_SCALAR);
    expect(exampleKey.publicKey.verify(mine, key.sign(mine))).toBe(true);
  });

  it('do not show the private half in logs and JSON', () => {
    const secret = Buffer.from(EXAMPLE_SCALAR);
    const shown = inspect(exampleKey, { depth: 9, showHidden: true }) + JSON.stringify({ exampleKey });
    for (const form of [
      secret.toString('hex'),
      secret.toString('base64'),
      [...secret.subarray(0, 4)].join(', '),
    ]) {
      expect(shown.toLowerCase()).not.toContain(form.toLowerCase());
    }
  });
});

describe('PKCS#8', () => {
  it('is read with and without curve and public half', () => {
    const curve = encode(Tag.context0, CURVE);
    const point = encode(Tag.context1, pointBits);
    for (const fields of [[], [curve], [point], [curve, point]]) {
      expect(Sm2PrivateKey.fromPkcs8(pkcs8(fields)).toScalar()).toEqual(EXAMPLE_SCALAR);
    }
  });

  it('is refused when its halves belong to different pairs', () => {
    const other = Sm2PrivateKey.generate().publicKey.toPoint();
    const mixed = pkcs8([encode(Tag.context1, encode(Tag.bitString, hex('00'), other))]);
    expect(gmErrorOf(() => Sm2PrivateKey.fromPkcs8(mixed))).toBe('invalid-private-key');
  });

  it('is refused for keys of other algorithms and curves', () => {
    const p256 = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
    const der = { format: 'der', type: 'pkcs8' } as const;
    expect(gmErrorOf(() => Sm2PrivateKey.fromPkcs8(p256.privateKey.export(der)))).toBe('unsupported-key');
    const ed = generateKeyPairSync('ed25519');
    expect(gmErrorOf(() => Sm2PrivateKey.fromPkcs8(ed.privateKey.export(der)))).toBe('unsupported-key');
    const twoCurves = pkcs8([encode(Tag.context0, P256_CURVE)]);
    expect(gmErrorOf(() => Sm2PrivateKey.fromPkcs8(twoCurves))).toBe('unsupported-key');
  });

  it('is refused when cut, prolonged or bent', () => {
    const good = exampleKey.toPkcs8();
    for (let end = 0; end < good.length; end++) {
      expect(
        gmErrorOf(() => Sm2PrivateKey.fromPkcs8(good.subarray(0, end))),
        `cut at ${end}`,
      ).toBe('invalid-private-key');
    }
    const forged: Record<string, Uint8Array> = {
      'bytes behind it': Buffer.concat([good, hex('00')]),
      attributes: pkcs8([], { after: hex('a000') }),
      'version 2': pkcs8([], { version: 2 }),
      'a scalar of 33 bytes': pkcs8([], { scalar: Buffer.concat([hex('00'), EXAMPLE_SCALAR]) }),
      'unused bits': pkcs8([encode(Tag.context1, encode(Tag.bitString, hex('01'), EXAMPLE_POINT))]),
    };
    for (const [name, bytes] of Object.entries(forged)) {
      expect(
        gmErrorOf(() => Sm2PrivateKey.fromPkcs8(bytes)),
        name,
      ).toBe('invalid-private-key');
    }
  });
});

describe('SubjectPublicKeyInfo', () => {
  const good = exampleKey.publicKey.toSpki();

  it('is what OpenSSL writes', () => {
    expect(good).toEqual(
      new Uint8Array(Buffer.concat([hex('3059'), ALGORITHM, hex('034200'), EXAMPLE_POINT])),
    );
  });

  it('is refused for any other key', () => {
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
    const p256 = publicKey.export({ format: 'der', type: 'spki' });
    expect(gmErrorOf(() => Sm2PublicKey.fromSpki(p256))).toBe('unsupported-key');
  });

  it('is refused when cut, prolonged or altered in any byte', () => {
    for (let at = 0; at < good.length; at++) {
      expect(gmErrorOf(() => Sm2PublicKey.fromSpki(good.subarray(0, at)))).toBe('invalid-public-key');
      expect(
        gmErrorOf(() => Sm2PublicKey.fromSpki(flipped(good, at))),
        `byte ${at}`,
      ).not.toBe('none');
    }
    expect(gmErrorOf(() => Sm2PublicKey.fromSpki(Buffer.concat([good, hex('00')])))).toBe(
      'invalid-public-key',
    );
  });

  it('holds an uncompressed point of the curve', () => {
    const compressed = Buffer.concat([hex('03'), EXAMPLE_POINT.subarray(1, 33)]);
    const hybrid = Buffer.concat([hex('07'), EXAMPLE_POINT.subarray(1)]);
    const beyondP = Buffer.concat([hex('04'), hex('ff'.repeat(32)), EXAMPLE_POINT.subarray(33)]);
    for (const bad of [
      compressed,
      hybrid,
      beyondP,
      hex('00'),
      new Uint8Array(),
      flipped(EXAMPLE_POINT, 64),
    ]) {
      expect(gmErrorOf(() => Sm2PublicKey.fromPoint(bad))).toBe('invalid-public-key');
    }
  });
});

describe('DER', () => {
  it('writes lengths in the shortest form, and reads them back', () => {
    for (const length of [0, 1, 127, 128, 255, 256, 65_535, 65_536]) {
      const content = new Uint8Array(length).fill(7);
      const reader = new DerReader(encode(Tag.octetString, content));
      expect(reader.read(Tag.octetString)).toEqual(content);
      expect(() => reader.end()).not.toThrow();
    }
  });
});
