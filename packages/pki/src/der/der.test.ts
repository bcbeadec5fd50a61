import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DerError, PkiError } from '../errors.ts';
import { decodeOid, encodeOid } from './oid.ts';
import { type DerReader, readDer } from './reader.ts';
import { tag } from './tag.ts';
import { decodeText } from './text.ts';
import { decodeTime } from './time.ts';
import * as der from './writer.ts';

const bytes = (hex: string) => new Uint8Array(Buffer.from(hex.replace(/ /g, ''), 'hex'));
const hex = (octets: Uint8Array) => Buffer.from(octets).toString('hex');
const codeOf = (act: () => unknown): string => {
  try {
    act();
  } catch (error) {
    if (error instanceof PkiError) return error.code;
    throw error;
  }
  return 'no error';
};

describe('writer', () => {
  it.each([
    ['INTEGER 0', der.integer(0), '020100'],
    ['INTEGER 127', der.integer(127), '02017f'],
    ['INTEGER 128', der.integer(128), '02020080'],
    ['INTEGER -128', der.integer(-128), '020180'],
    ['INTEGER -129', der.integer(-129), '0202ff7f'],
    ['unsigned INTEGER with its top bit set', der.unsignedInteger(bytes('00 00 80 01')), '0203008001'],
    ['unsigned INTEGER zero', der.unsignedInteger(bytes('00 00')), '020100'],
    ['OID', der.oid('1.2.156.10197.1.501'), '06082a811ccf55018375'],
    ['BOOLEAN', der.boolean(true), '0101ff'],
    ['no named bits', der.namedBits([]), '030100'],
    ['named bits 0 and 1', der.namedBits([0, 1]), '030206c0'],
    ['named bit 8', der.namedBits([8]), '0303070080'],
    ['UTCTime in 2049', der.time(new Date('2049-12-31T23:59:59Z')), '170d3439313233313233353935395a'],
    [
      'GeneralizedTime in 2050',
      der.time(new Date('2050-01-01T00:00:00.999Z')),
      '180f32303530303130313030303030305a',
    ],
    [
      'SET OF, sorted',
      der.setOf(der.integer(300), der.integer(2), der.integer(1)),
      '310a0201010201020202012c',
    ],
  ])('%s', (_, element, expected) => {
    expect(hex(der.encode(element))).toBe(expected);
  });

  it('refuses text that its type cannot hold', () => {
    expect(codeOf(() => der.printableString('a@b'))).toBe('bad-value');
    expect(codeOf(() => der.ia5String('测'))).toBe('bad-value');
    expect(codeOf(() => der.time(new Date(Number.NaN)))).toBe('bad-time');
  });
});

describe('strict reader', () => {
  it.each<[string, string, (reader: DerReader) => unknown, string]>([
    ['indefinite length', '3080 0000', (r) => r.sequence(), 'bad-length'],
    ['long form for a short length', '0481 01 00', (r) => r.octetString(), 'bad-length'],
    ['leading zero in the length', `0482 0080 ${'00'.repeat(128)}`, (r) => r.octetString(), 'bad-length'],
    ['length of five octets', '0485 0000000001 00', (r) => r.octetString(), 'bad-length'],
    ['more announced than there', '0405 00', (r) => r.octetString(), 'truncated'],
    ['four gigabytes announced', '0484 ffffffff', (r) => r.octetString(), 'truncated'],
    ['length cut off', '0482 01', (r) => r.octetString(), 'truncated'],
    ['nothing', '', (r) => r.null(), 'truncated'],
    ['tag in the long form', '1f8101 00', (r) => r.next(), 'bad-tag'],
    ['padded INTEGER', '0202 007f', (r) => r.integer(), 'bad-value'],
    ['padded negative INTEGER', '0202 ff80', (r) => r.integer(), 'bad-value'],
    ['empty INTEGER', '0200', (r) => r.integer(), 'bad-value'],
    ['negative INTEGER as a count', '0201 ff', (r) => r.smallInteger(), 'bad-value'],
    ['INTEGER over 31 bits as a count', '0205 0080000000', (r) => r.smallInteger(), 'bad-value'],
    ['BOOLEAN 1', '0101 01', (r) => r.boolean(), 'bad-value'],
    ['NULL with content', '0501 00', (r) => r.null(), 'bad-value'],
    ['unused bits where octets belong', '0302 0180', (r) => r.bitString(), 'bad-value'],
    ['unused bits set', '0302 06c1', (r) => r.namedBits(), 'bad-value'],
    ['nine unused bits', '0302 09c0', (r) => r.namedBits(), 'bad-value'],
    ['trailing octets', '0500 00', (r) => r.null(), 'trailing-data'],
    ['another tag', '0500', (r) => r.oid(), 'unexpected-tag'],
    ['OID cut off', '0602 2a81', (r) => r.oid(), 'bad-oid'],
    ['OID padded', '0603 2a8001', (r) => r.oid(), 'bad-oid'],
    ['February 30th', '170d3234303233303030303030305a', (r) => r.time(), 'bad-time'],
    ['time with an offset', '171132343032323830303030303030302b30383030', (r) => r.time(), 'bad-time'],
    ['bad UTF-8', '0c01 ff', (r) => r.text(), 'bad-value'],
    ['half a BMP character', '1e01 00', (r) => r.text(), 'bad-value'],
  ])('refuses %s', (_, input, read, code) => {
    expect(codeOf(() => readDer(bytes(input), read))).toBe(code);
  });

  it('refuses to go deeper than any certificate does', () => {
    let nested: der.Der = der.NULL;
    for (let i = 0; i < 40; i++) nested = der.sequence(nested);
    const descend = (reader: DerReader): void =>
      reader.peek() === tag.sequence ? descend(reader.sequence()) : reader.null();
    expect(codeOf(() => readDer(der.encode(nested), descend))).toBe('too-deep');
  });

  it('says where the octets are wrong', () => {
    const input = bytes('3006 020101 020200');
    expect(() =>
      readDer(input, (r) => {
        const inside = r.sequence();
        inside.integer();
        inside.integer();
      }),
    ).toThrow(expect.objectContaining({ name: 'DerError', offset: 5 }) as DerError);
  });

  it('takes what genuine certificates contain although it is not DER', () => {
    expect(readDer(bytes('030200c0'), (r) => r.namedBits())).toEqual([0, 1]);
    expect(readDer(bytes('010100'), (r) => r.defaultFalse())).toBe(false);
    expect(decodeText(tag.bmpString, bytes('6d4b 8bd5'))).toBe('测试');
    expect(decodeText(tag.t61String, Buffer.from('测试'))).toBe('测试');
    expect(decodeText(tag.t61String, bytes('b2e2cad4'))).toBe('测试');
    expect(decodeText(tag.printableString, Buffer.from('a@b_c*'))).toBe('a@b_c*');
  });
});

describe('what is written reads back the same', () => {
  const same = <T>(
    arbitrary: fc.Arbitrary<T>,
    write: (value: T) => der.Der,
    read: (reader: DerReader) => T,
  ) =>
    fc.assert(
      fc.property(arbitrary, (value) => {
        expect(readDer(der.encode(write(value)), read)).toEqual(value);
      }),
    );

  it('integers', () =>
    same(fc.bigInt({ min: -(2n ** 200n), max: 2n ** 200n }), der.integer, (r) => r.integer()));
  it('octet strings of any length', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 70_000, size: 'max' }), (value) => {
        const read = readDer(der.encode(der.octetString(value)), (r) => r.octetString());
        expect(Buffer.compare(read, value)).toBe(0);
      }),
      { numRuns: 30 },
    );
  });
  it('text', () => same(fc.string({ unit: 'grapheme' }), der.utf8String, (r) => r.text()));
  it('named bits', () =>
    same(
      fc.uniqueArray(fc.nat(63)).map((bits) => bits.sort((a, b) => a - b)),
      der.namedBits,
      (r) => r.namedBits(),
    ));
  it('times', () =>
    same(
      fc
        .integer({ min: Date.UTC(1950, 0) / 1000, max: Date.UTC(9999, 11) / 1000 })
        .map((seconds) => new Date(seconds * 1000)),
      der.time,
      (r) => r.time(),
    ));
  it('object identifiers with arcs of any size', () => {
    const arcs = fc.array(fc.oneof(fc.nat(), fc.bigInt(0n, 2n ** 126n)), { minLength: 0, maxLength: 5 });
    const dotted = fc
      .tuple(fc.constantFrom(0, 1, 2), fc.nat(39), arcs)
      .map(([first, second, rest]) => [first, second, ...rest].join('.'));
    fc.assert(
      fc.property(dotted, (text) => {
        expect(decodeOid(encodeOid(text))).toBe(text);
      }),
    );
    expect(decodeOid(encodeOid('2.999.1'))).toBe('2.999.1');
    const uuid = '2.25.329800735698586629295641978511506172918';
    expect(decodeOid(encodeOid(uuid))).toBe(uuid);
  });
  it('lengths around every change of form', () => {
    for (const length of [0, 1, 127, 128, 255, 256, 65_535, 65_536, 16_777_216]) {
      const written = der.encode(der.octetString(new Uint8Array(length)));
      expect(readDer(written, (r) => r.octetString().length)).toBe(length);
    }
  });
});

it('reads two-digit years as RFC 5280 says', () => {
  expect(decodeTime('500101000000Z', 'utc').getUTCFullYear()).toBe(1950);
  expect(decodeTime('491231235959Z', 'utc').getUTCFullYear()).toBe(2049);
});
