import { generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { beforeAll, describe, expect, it, test } from 'vitest';
import { issue, type Party } from '../authority.test-support.ts';
import { buildRequest, der, MAX_FILE_OCTETS, type Name, PkiError, readObjects, toPem } from '../index.ts';
import { openssl, withFiles } from '../openssl.test-support.ts';

let ca: Party;
let leaf: Party;
let request: Uint8Array;
let bag: Uint8Array;

beforeAll(async () => {
  ca = await issue({ name: 'CA', constraints: { ca: true } });
  leaf = await issue({ name: '公司', algorithm: 'sm2' }, ca);
  request = await buildRequest({ subject: leaf.certificate.subject as Name, signer: leaf.signer });
  bag = withFiles((put) => {
    const file = put('chain.pem', leaf.certificate.toPem() + ca.certificate.toPem());
    const out = put('chain.p7b', '');
    openssl('crl2pkcs7', '-nocrl', '-certfile', file, '-outform', 'der', '-out', out);
    return Buffer.from(openssl('base64', '-A', '-in', out), 'base64');
  });
});

const bytes = (text: string) => Buffer.from(text);
const kindsOf = (input: Uint8Array) => readObjects(input).objects.map(({ kind }) => kind);
const base64 = (octets: Uint8Array) => Buffer.from(octets).toString('base64');

describe('is told by what it is, not by its label', () => {
  test('DER, bare base64, PEM, and text saved as UTF-16', () => {
    const pem = leaf.certificate.toPem();
    const utf16 = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(pem, 'utf16le')]);
    for (const input of [
      leaf.certificate.der,
      bytes(base64(leaf.certificate.der)),
      bytes(`\ufeff${pem}`),
      utf16,
    ]) {
      const { objects } = readObjects(input);
      expect(objects.map(({ kind }) => kind)).toEqual(['certificate']);
      expect(objects[0]?.der).toEqual(new Uint8Array(leaf.certificate.der));
    }
  });

  test('requests, revocation lists, keys and bundles', () => {
    withFiles((put) => {
      const key = put(
        'key.pem',
        openssl('genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256'),
      );
      const certificate = put('ca.pem', openssl('req', '-x509', '-new', '-key', key, '-subj', '/CN=a'));
      const config = put(
        'ca.cnf',
        `[ca]\ndefault_ca=a\n[a]\ndatabase=${put('index', '')}\ndefault_md=sha256\n`,
      );
      const crl = openssl(
        'ca',
        '-config',
        config,
        '-gencrl',
        '-crldays',
        '1',
        '-keyfile',
        key,
        '-cert',
        certificate,
      );
      expect(kindsOf(bytes(crl))).toEqual(['crl']);
      const bundle = put('a.p12', '');
      openssl('pkcs12', '-export', '-inkey', key, '-in', certificate, '-passout', 'pass:a', '-out', bundle);
      expect(kindsOf(Buffer.from(openssl('base64', '-A', '-in', bundle), 'base64'))).toEqual(['pkcs12']);
    });
    expect(kindsOf(request)).toEqual(['request']);
    expect(kindsOf(bytes(toPem('CERTIFICATE', request)))).toEqual(['request']);
    expect(kindsOf(leaf.signer.publicKey)).toEqual(['public-key']);
    expect(kindsOf(Buffer.from(leaf.privateKey))).toEqual(['private-key']);
    expect(kindsOf(der.encode(der.sequence(der.NULL)))).toEqual(['unknown']);
  });

  test('a PKCS#7 bag is what is in it', () => {
    for (const input of [bag, bytes(toPem('PKCS7', bag)), bytes(base64(bag))]) {
      const { objects } = readObjects(input);
      expect(objects).toHaveLength(2);
      const found = objects.map((each) => base64(each.der)).sort();
      expect(found).toEqual([base64(ca.certificate.der), base64(leaf.certificate.der)].sort());
    }
  });
});

describe('of a file with several', () => {
  test('blocks stay in order, with text between them', () => {
    const text = `subject=a\n${leaf.certificate.toPem()}\r\nissuer=b\n${ca.certificate.toPem()}`;
    expect(readObjects(bytes(text)).objects.map((each) => base64(each.der))).toEqual([
      base64(leaf.certificate.der),
      base64(ca.certificate.der),
    ]);
  });

  test('a private key is not even decoded, under a password or not', () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
    const plain = privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
    const old = privateKey
      .export({ format: 'pem', type: 'pkcs1', cipher: 'aes-128-cbc', passphrase: 'a' })
      .toString();
    for (const key of [plain, old]) {
      const { objects } = readObjects(bytes(key + leaf.certificate.toPem()));
      expect(objects.map(({ kind }) => kind)).toEqual(['private-key', 'certificate']);
      expect(objects[0]?.der.length).toBeLessThan(10);
    }
  });

  test('DER may stand one behind the other; padding behind it is counted', () => {
    const both = Buffer.concat([leaf.certificate.der, ca.certificate.der]);
    expect(readObjects(both)).toMatchObject({ surplus: 0, objects: [{}, {}] });
    expect(readObjects(Buffer.concat([both, Buffer.alloc(7)]))).toMatchObject({
      surplus: 7,
      objects: [{}, {}],
    });
  });
});

describe('hostile input', () => {
  function onlyTypedErrors(input: Uint8Array): void {
    try {
      readObjects(input);
    } catch (error) {
      if (!(error instanceof PkiError)) throw error;
    }
  }

  it('of any octets or text', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 4096, size: 'max' }), onlyTypedErrors), {
      numRuns: 300,
    });
    fc.assert(
      fc.property(fc.string(), (text) => onlyTypedErrors(bytes(text))),
      { numRuns: 300 },
    );
    const block = fc.tuple(fc.constantFrom('CERTIFICATE', 'PRIVATE KEY', 'PKCS7', ''), fc.string());
    const pem = ([label, text]: [string, string]) => `-----BEGIN ${label}-----${text}-----END ${label}-----`;
    fc.assert(fc.property(fc.array(block), (blocks) => onlyTypedErrors(bytes(blocks.map(pem).join('')))));
  });

  it('made of a good bag', () => {
    fc.assert(
      fc.property(fc.nat(bag.length - 1), fc.nat(255), (at, value) => {
        const changed = Buffer.from(bag);
        changed[at] = value;
        onlyTypedErrors(changed);
      }),
      { numRuns: 1000 },
    );
  });

  it('too much of it is refused, and quickly', () => {
    const expected = expect.objectContaining({ code: 'too-large' });
    expect(() => readObjects(Buffer.alloc(MAX_FILE_OCTETS + 1, 0x30))).toThrow(expected);
    expect(() => readObjects(Buffer.alloc(4002, Uint8Array.of(0x30, 0)))).toThrow(expected);
    const empty = Buffer.alloc(MAX_FILE_OCTETS, Uint8Array.of(0x30, 0));
    expect(() => readObjects(empty)).toThrow(expected);
    const hollow = der.sequence(
      der.oid('1.2.840.113549.1.7.2'),
      der.explicit(
        0,
        der.sequence(
          der.integer(1),
          der.setOf(),
          der.sequence(),
          der.tagged(0xa0, empty.subarray(0, 1_000_000)),
        ),
      ),
    );
    expect(() => readObjects(der.encode(hollow))).toThrow(expected);
    expect(() => readObjects(bytes('-----BEGIN A-----MAA=-----END A-----'.repeat(100_000)))).toThrow(
      expected,
    );
    onlyTypedErrors(bytes('-----BEGIN A-----'.repeat(100_000)));
  });
});
