import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { der, Name, PkiError, tag } from './index.ts';
import { openssl, withFiles } from './openssl.test-support.ts';

const codeOf = (act: () => unknown): string => {
  try {
    act();
  } catch (error) {
    if (error instanceof PkiError) return error.code;
    throw error;
  }
  return 'no error';
};

/** A name of one common name in a string type that the builder would not choose. */
const commonName = (identifier: number, text: string, encoding: BufferEncoding = 'utf8') =>
  Name.parse(
    der.encode(
      der.sequence(
        der.setOf(der.sequence(der.oid('2.5.4.3'), der.tagged(identifier, Buffer.from(text, encoding)))),
      ),
    ),
  );

it('chooses the string type by the attribute', () => {
  const tagOf = (type: string, value: string) =>
    withFiles((put) =>
      openssl('asn1parse', '-inform', 'DER', '-in', put('n', Name.of([{ type, value }]).der)),
    ).match(/([A-Z0-9]+STRING)/)?.[1];
  expect(tagOf('C', 'CN')).toBe('PRINTABLESTRING');
  expect(tagOf('serialNumber', '91310106669433828F')).toBe('PRINTABLESTRING');
  expect(tagOf('serialNumber', '编号1')).toBe('UTF8STRING');
  expect(tagOf('O', 'Plain')).toBe('UTF8STRING');
  expect(tagOf('emailAddress', 'a@b.example')).toBe('IA5STRING');
  expect(tagOf('1.2.3.4', 'x')).toBe('UTF8STRING');
});

it('reads back what was written, octet for octet and attribute for attribute', () => {
  const attribute = fc.record({
    type: fc.constantFrom('CN', 'O', 'OU', 'L', 'UID', '1.2.3.4'),
    value: fc.string({ unit: 'grapheme', minLength: 1 }),
  });
  fc.assert(
    fc.property(fc.array(attribute), (attributes) => {
      const name = Name.of(attributes);
      const read = Name.parse(name.der);
      expect(read.attributes).toEqual(attributes);
      expect(read.rdns).toEqual(name.rdns);
    }),
  );
});

it('knows a type by its short name, however it was given', () => {
  expect(Name.of([{ type: '2.5.4.3', value: 'x' }]).get('CN')).toBe('x');
});

it.each([
  [[{ type: 'C', value: '中国' }]],
  [[{ type: 'emailAddress', value: '测@b' }]],
  [[{ type: 'O', value: '' }]],
  [[{ type: 'O', value: '\ud800' }]],
  [[{ type: 'nonsense', value: 'x' }]],
  [[{ type: 'constructor', value: 'x' }]],
])('refuses %j', (attributes) => {
  expect(codeOf(() => Name.of(attributes))).toBe('bad-name');
});

describe('two names are the same', () => {
  const name = Name.of([{ type: 'CN', value: 'Test  Company' }]);
  it('whatever their string type, case and spaces', () => {
    expect(name.equals(commonName(tag.printableString, ' test company '))).toBe(true);
    expect(name.equals(commonName(tag.bmpString, '\0T\0E\0S\0T\0 \0C\0o\0m\0p\0a\0n\0y', 'latin1'))).toBe(
      true,
    );
  });
  it('and not when anything else differs', () => {
    expect(name.equals(Name.of([{ type: 'O', value: 'Test Company' }]))).toBe(false);
    expect(name.equals(Name.of([{ type: 'CN', value: 'TestCompany' }]))).toBe(false);
    expect(name.equals(Name.of([]))).toBe(false);
    const [a, b] = [
      { type: 'CN', value: 'a' },
      { type: 'O', value: 'b' },
    ];
    expect(Name.of([a, b]).equals(Name.of([b, a]))).toBe(false);
  });
  it('nor when a text only looks like a value of another type', () => {
    const octets = Name.parse(
      der.encode(
        der.sequence(der.setOf(der.sequence(der.oid('2.5.4.3'), der.octetString(Uint8Array.of(1))))),
      ),
    );
    expect(octets.get('CN')).toBe('#040101');
    expect(octets.equals(Name.of([{ type: 'CN', value: '#040101' }]))).toBe(false);
  });
});

it('is written as RFC 4514 says', () => {
  const name = Name.of([
    { type: 'C', value: 'CN' },
    { type: 'O', value: '#1, "A+B"; <c>\\ ' },
    { type: 'CN', value: ' 测试' },
  ]);
  expect(name.toString()).toBe('CN=\\ 测试,O=\\#1\\, \\"A\\+B\\"\\; \\<c\\>\\\\\\ ,C=CN');
});
