import { describe, expect, it } from 'vitest';
import { CKA, CKK, ckrName, LAYOUTS, type LayoutName, layoutHere, publicKeyOf } from './index.ts';
import { isUnavailable, Structure, structuresOf } from './layout.ts';

// By a C compiler, from the structures of pkcs11t.h: with #pragma pack(1) and 32-bit unsigned longs for Windows.
const SIZES: Record<LayoutName, { pointer: 4 | 8; sizes: Record<string, number>; firstFunction: number }> = {
  lp64: {
    pointer: 8,
    sizes: { info: 88, slot: 112, token: 208, mechanism: 24, mechanismInfo: 24, attribute: 24 },
    firstFunction: 8,
  },
  windows: {
    pointer: 8,
    sizes: { info: 72, slot: 104, token: 160, mechanism: 16, mechanismInfo: 12, attribute: 16 },
    firstFunction: 2,
  },
  ilp32: {
    pointer: 4,
    sizes: { info: 76, slot: 104, token: 160, mechanism: 12, mechanismInfo: 12, attribute: 12 },
    firstFunction: 4,
  },
};

describe.each(Object.entries(SIZES))('structures as they are laid out by %s', (name, expected) => {
  const layout = LAYOUTS[name as LayoutName];
  const structures = structuresOf(layout, expected.pointer);

  it('have the sizes that a compiler gives them', () => {
    const sizes = Object.keys(expected.sizes).map((one) => [
      one,
      structures[one as keyof typeof structures].size,
    ]);
    expect(Object.fromEntries(sizes)).toEqual(expected.sizes);
    expect(structures.functionList.offset('first')).toBe(expected.firstFunction);
  });

  it('keep what is written to them, each field apart', () => {
    const { attribute } = structures;
    const memory = Buffer.alloc(2 * attribute.size);
    for (const from of [0, attribute.size]) {
      attribute.setUlong(memory, 'type', 0x11 + from, from);
      attribute.setPointer(memory, 'value', 0x12345678n, from);
      attribute.setUlong(memory, 'length', 0xfffffffe, from);
    }
    for (const from of [0, attribute.size]) {
      expect(attribute.ulong(memory, 'type', from)).toBe(0x11 + from);
      expect(attribute.pointer(memory, 'value', from)).toBe(0x12345678n);
      expect(attribute.ulong(memory, 'length', from)).toBe(0xfffffffe);
    }
    memory.fill(0xff);
    expect(isUnavailable(attribute.ulong(memory, 'length'), layout)).toBe(true);
    expect(isUnavailable(16, layout)).toBe(false);
  });
});

it('is chosen by the platform', () => {
  expect(layoutHere('win32', 'x64')).toBe('windows');
  expect(layoutHere('win32', 'ia32')).toBe('windows');
  expect(layoutHere('linux', 'x64')).toBe('lp64');
  expect(layoutHere('darwin', 'arm64')).toBe('lp64');
  expect(layoutHere('linux', 'arm')).toBe('ilp32');
});

it('reads texts that are padded by blanks, or ended by a NUL against the standard', () => {
  const shape = new Structure<'label'>(LAYOUTS.lp64, 8, { label: 8 });
  expect(shape.text(Buffer.from('key 1   '), 'label', 8)).toBe('key 1');
  expect(shape.text(Buffer.from('key 1\0\0\0'), 'label', 8)).toBe('key 1');
});

it('names return codes, and numbers those of makers', () => {
  expect(ckrName(0xa0)).toBe('CKR_PIN_INCORRECT');
  expect(ckrName(0x32)).toBe('CKR_DEVICE_REMOVED');
  expect(ckrName(0x80000001)).toBe('CKR_0x80000001');
});

it('reads public keys with their point in an OCTET STRING or bare, and none that is not on its curve', () => {
  const params = Buffer.from('06082a8648ce3d030107', 'hex');
  const generator = Buffer.from(
    '046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c2964fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5',
    'hex',
  );
  const keyOf = (point: Uint8Array) =>
    publicKeyOf({ [CKA.KEY_TYPE]: CKK.EC, [CKA.EC_PARAMS]: params, [CKA.EC_POINT]: point });
  const bare = keyOf(generator);
  expect(bare?.algorithm).toBe('p256');
  expect(keyOf(Buffer.concat([Buffer.of(0x04, 65), generator]))).toEqual(bare);
  const off = Buffer.from(generator);
  off[64] = (off[64] ?? 0) ^ 1;
  expect(keyOf(off)).toBeUndefined();
  expect(keyOf(generator.subarray(1))).toBeUndefined();
  expect(publicKeyOf({})).toBeUndefined();
});
