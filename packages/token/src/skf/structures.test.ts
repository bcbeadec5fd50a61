import { Sm2PrivateKey } from '@certdesk/gm';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeTwin } from '../certificates.test-support.ts';
import { cipherBlob, envelopedKeyBlob, publicKeyOf, signatureOf } from './sm2-blobs.ts';
import {
  type Abi,
  allAbis,
  detectAbi,
  layoutOf,
  readStructure,
  rightAligned,
  type StructureName,
  scalarIn,
  writeStructure,
} from './structures.ts';

const abis = fc.constantFrom(...allAbis);
const packed: Abi = { packing: 'packed', ulongBits: 32 };

describe('the structures of SKF', () => {
  it('are as long as compilers make them', () => {
    // offsetof and sizeof as gcc has them for the headers in software/.
    const ends: [
      StructureName,
      readonly [packed32: number, natural32: number, packed64: number, natural64: number],
    ][] = [
      ['DEVINFO', [294, 296, 326, 328]],
      ['ECCPUBLICKEYBLOB', [132, 132, 136, 136]],
      ['ECCCIPHERBLOB', [164, 164, 168, 168]],
      ['ECCSIGNATUREBLOB', [128, 128, 128, 128]],
      ['ENVELOPEDKEYBLOB', [208, 208, 224, 224]],
      ['FILEATTRIBUTE', [44, 44, 56, 56]],
    ];
    for (const [name, expected] of ends) {
      expect(
        allAbis.map((abi) => layoutOf(name, abi).end),
        name,
      ).toEqual(expected);
    }
  });

  it('are read as they were written, whatever stands behind them', () => {
    const values = fc.record({
      FileName: fc.uint8Array({ minLength: 32, maxLength: 32 }),
      FileSize: fc.nat(0xffffffff),
      ReadRights: fc.nat(0xff),
      WriteRights: fc.nat(0xff),
    });
    fc.assert(
      fc.property(values, abis, fc.uint8Array(), (attribute, abi, rest) => {
        const bytes = writeStructure('FILEATTRIBUTE', attribute, abi, rest);
        expect(readStructure('FILEATTRIBUTE', bytes, abi)).toEqual(attribute);
        const cut = bytes.subarray(0, layoutOf('FILEATTRIBUTE', abi).end - 1);
        expect(() => readStructure('FILEATTRIBUTE', cut, abi)).toThrow(RangeError);
      }),
    );
  });

  it('are told by what was written into two buffers, with Reserved or without, and by nothing else', () => {
    const fillings = [0xa5, 0x5a].map((fill) => new Uint8Array(1024).fill(fill)) as [Uint8Array, Uint8Array];
    const written = (length: number) =>
      fillings.map((buffer) => {
        const copy = buffer.slice();
        copy.fill(1, 0, length);
        return copy;
      }) as [Uint8Array, Uint8Array];
    for (const abi of allAbis) {
      const { end, offsets } = layoutOf('DEVINFO', abi);
      expect(detectAbi(...written(end))).toEqual(abi);
      expect(detectAbi(...written(offsets.get('Reserved') ?? 0))).toEqual(abi);
    }
    for (const other of [0, 100, 295, 1024]) expect(detectAbi(...written(other))).toBeUndefined();
  });

  it('hold values of 256 bits at their right ends, and at their left ones where a library likes it so', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (value) => {
        expect(scalarIn(rightAligned(value))).toEqual(value);
        const left = new Uint8Array(64);
        left.set(value);
        expect(scalarIn(left)).toEqual(value);
      }),
    );
    expect(() => scalarIn(new Uint8Array(64).fill(1))).toThrow(RangeError);
  });
});

describe('SM2 values', () => {
  const pair = Sm2PrivateKey.generate();
  const point = pair.publicKey.toPoint();
  const blobOf = (bits: number, x = point.slice(1, 33)) =>
    writeStructure(
      'ECCPUBLICKEYBLOB',
      { BitLen: bits, XCoordinate: rightAligned(x), YCoordinate: rightAligned(point.slice(33)) },
      packed,
    );

  it('are public keys only if they are points of the curve', () => {
    expect(publicKeyOf(blobOf(256), packed)?.toPoint()).toEqual(point);
    expect(publicKeyOf(new Uint8Array(132), packed)).toBeUndefined();
    expect(() => publicKeyOf(blobOf(512), packed)).toThrow('512 bits');
    expect(() => publicKeyOf(blobOf(256, point.slice(33)), packed)).toThrow('no point of the curve');
  });

  it('are signatures that verify once they are DER', () => {
    const signature = Buffer.from(pair.sign(Uint8Array.of(1)));
    // SEQUENCE { INTEGER r, INTEGER s }
    const rLength = signature[3] ?? 0;
    const r = signature.subarray(4, 4 + rLength).subarray(-32);
    const s = signature.subarray(6 + rLength).subarray(-32);
    const blob = writeStructure('ECCSIGNATUREBLOB', { r: rightAligned(r), s: rightAligned(s) }, packed);
    expect(signatureOf(blob, packed)).toEqual(new Uint8Array(signature));
    expect(() => signatureOf(new Uint8Array(128).fill(1), packed)).toThrow('more than 256 bits');
  });

  it('are ciphertexts whose parts are where they belong, and nothing else is taken for one', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 40 }), abis, (plain, abi) => {
        const blob = cipherBlob(pair.publicKey.encrypt(plain), abi);
        const { XCoordinate, YCoordinate, HASH, CipherLen } = readStructure('ECCCIPHERBLOB', blob, abi);
        const cipher = blob.subarray(layoutOf('ECCCIPHERBLOB', abi).end);
        expect(CipherLen).toBe(cipher.length);
        const joined = Buffer.concat([
          Uint8Array.of(4),
          scalarIn(XCoordinate),
          scalarIn(YCoordinate),
          HASH,
          cipher,
        ]);
        expect(pair.decrypt(joined, 'c1c3c2')).toEqual(plain);
      }),
      { numRuns: 20 },
    );
    fc.assert(
      fc.property(fc.uint8Array(), (noise) => {
        expect(() => cipherBlob(noise, packed)).toThrow('envelope-invalid');
        expect(() => envelopedKeyBlob(noise, 'right', packed)).toThrow('envelope-invalid');
      }),
    );
  });

  it('are twin keys whose ciphertext is moved about and never opened', async () => {
    const twin = await makeTwin(pair.publicKey.toSpki());
    const right = envelopedKeyBlob(twin.envelope, 'right', packed);
    const left = envelopedKeyBlob(twin.envelope, 'left', packed);
    expect(right.publicKey.toPoint()).toEqual(twin.key.publicKey.toPoint());
    const halves = [right, left].map(({ blob }) => {
      const { cbEncryptedPriKey } = readStructure('ENVELOPEDKEYBLOB', blob, packed);
      return [cbEncryptedPriKey.slice(0, 32), cbEncryptedPriKey.slice(32)];
    });
    expect(halves[1]).toEqual([halves[0]?.[1], new Uint8Array(32)]);
    expect(Buffer.from(twin.envelope).indexOf(Buffer.from(halves[0]?.[1] ?? ''))).toBeGreaterThan(0);
  });
});
