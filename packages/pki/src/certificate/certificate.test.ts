import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { issue, NOW, nameOf } from '../authority.test-support.ts';
import {
  buildCertificate,
  Certificate,
  certificateDigest,
  checkChain,
  DEFAULT_IDENTITY_NUMBER_OIDS,
  der,
  type Extension,
  extension,
  generateSoftwareKey,
  Name,
  PkiError,
  publicKeyDigest,
  softwareSigner,
  tag,
} from '../index.ts';

const codeOf = (error: unknown): string => {
  if (error instanceof PkiError) return error.code;
  throw error;
};
const parseCode = (input: Uint8Array | string): string => {
  try {
    Certificate.parse(input);
  } catch (error) {
    return codeOf(error);
  }
  return 'no error';
};
const raw = (hex: string) => new Uint8Array(Buffer.from(hex, 'hex'));

const key = softwareSigner(generateSoftwareKey('sm2').privateKey);
const SM2_SM3 = '1.2.156.10197.1.501';
const withNull = der.encode(der.sequence(der.oid(SM2_SM3), der.NULL));
const withoutParameters = der.encode(der.sequence(der.oid(SM2_SM3)));

interface Odd {
  inner?: Uint8Array;
  outer?: Uint8Array;
  subject?: der.Der;
  version?: number;
  serial?: der.Der;
  extensions?: der.Der[];
}

/** A certificate put together by hand, so that it can be what the builder would never write. */
async function odd(parts: Odd): Promise<Uint8Array> {
  const inner = parts.inner ?? withNull;
  const tbs = der.encode(
    der.sequence(
      ...(parts.version === 1 ? [] : [der.explicit(0, der.integer((parts.version ?? 3) - 1))]),
      parts.serial ?? der.integer(1),
      inner,
      nameOf('CA').der,
      der.sequence(der.time(NOW), der.time(NOW)),
      parts.subject ?? nameOf('测试').der,
      key.publicKey,
      ...(parts.extensions ? [der.explicit(3, der.sequence(...parts.extensions))] : []),
    ),
  );
  return der.encode(der.sequence(tbs, parts.outer ?? inner, der.bitString(await key.sign(tbs))));
}

const extensionOf = (oid: string, valueHex: string, critical?: boolean) =>
  der.sequence(
    der.oid(oid),
    ...(critical === undefined ? [] : [der.boolean(critical)]),
    der.octetString(raw(valueHex)),
  );
const attribute = (oid: string, identifier: number, content: Uint8Array) =>
  der.setOf(der.sequence(der.oid(oid), der.tagged(identifier, content)));

describe('what genuine certificates contain although it is not DER', () => {
  it('key usage with trailing zero bits, explicit FALSE', async () => {
    const certificate = Certificate.parse(
      await odd({
        extensions: [
          extensionOf('2.5.29.15', '030200c0', true),
          extensionOf('2.5.29.19', '3003010100', false),
        ],
      }),
    );
    expect(certificate.keyUsage).toEqual(['digitalSignature', 'nonRepudiation']);
    expect(certificate.basicConstraints).toEqual({ ca: false });
  });

  it('names in BMPString, T61String (UTF-8 and GBK) and UniversalString', async () => {
    const subject = der.sequence(
      attribute('2.5.4.10', tag.bmpString, raw('6d4b8bd5')),
      attribute('2.5.4.11', tag.t61String, Buffer.from('测试')),
      attribute('2.5.4.11', tag.t61String, raw('b2e2cad4')),
      attribute('2.5.4.3', tag.universalString, raw('00006d4b00008bd5')),
    );
    const { subject: name } = Certificate.parse(await odd({ subject }));
    expect(name.attributes.map(({ value }) => value)).toEqual(['测试', '测试', '测试', '测试']);
  });

  it('SM2 with NULL or with absent parameters, if inside and outside agree octet for octet', async () => {
    for (const inner of [withNull, withoutParameters]) {
      const certificate = Certificate.parse(await odd({ inner }));
      const signed = await issue({ name: 'x', algorithm: 'sm2' });
      expect(certificate.verifiedBy(signed.certificate)).toBe(false);
      const self = Certificate.parse(await odd({ inner, subject: nameOf('CA').der }));
      expect(self.verifiedBy(self)).toBe(true);
    }
    expect(parseCode(await odd({ inner: withNull, outer: withoutParameters }))).toBe('algorithm-mismatch');
    expect(parseCode(await odd({ inner: withoutParameters, outer: withNull }))).toBe('algorithm-mismatch');
  });

  it('identity numbers in any string type, bare, or unreadable', async () => {
    const [a, b, c] = DEFAULT_IDENTITY_NUMBER_OIDS;
    const extensions = [
      extensionOf(a?.oid ?? '', '0c03313233'),
      extensionOf(b?.oid ?? '', '393133'),
      extensionOf(c?.oid ?? '', '0403ff00ff'),
    ];
    expect(
      Certificate.parse(await odd({ extensions })).identityNumbers(DEFAULT_IDENTITY_NUMBER_OIDS),
    ).toEqual([
      { kind: a?.kind, value: '123' },
      { kind: b?.kind, value: '913' },
      { kind: c?.kind, value: '#0403ff00ff' },
    ]);
  });

  it('addresses beyond ASCII, and policies with a notice before their CPS pointer', async () => {
    const uri = der.explicit(0, der.tagged(0xa0, der.tagged(0x86, Buffer.from('ldap://目录/'))));
    const notice = der.sequence(der.oid('1.3.6.1.5.5.7.2.2'), der.sequence(der.utf8String('说明')));
    const cps = der.sequence(der.oid('1.3.6.1.5.5.7.2.1'), der.ia5String('http://a.example/'));
    const extensions = [
      der.sequence(der.oid('2.5.29.31'), der.octetString(der.sequence(der.sequence(uri)))),
      der.sequence(
        der.oid('2.5.29.32'),
        der.octetString(der.sequence(der.sequence(der.oid('1.2.3'), der.sequence(notice, cps)))),
      ),
    ];
    const certificate = Certificate.parse(await odd({ extensions }));
    expect(certificate.crlDistributionPoints).toEqual(['ldap://目录/']);
    expect(certificate.policies).toEqual([{ oid: '1.2.3', cps: 'http://a.example/' }]);
  });

  it('negative serial numbers, told apart from positive ones', async () => {
    expect(Certificate.parse(await odd({ serial: der.integer(-255) })).serialNumber).toBe('-ff');
    expect(Certificate.parse(await odd({ serial: der.integer(255) })).serialNumber).toBe('ff');
  });
});

describe('parsing refuses', () => {
  it.each<[string, Odd, string]>([
    [
      'an extension twice',
      { extensions: [extensionOf('1.2.3', '0500'), extensionOf('1.2.3', '0500')] },
      'duplicate-extension',
    ],
    [
      'basic constraints that cannot be read',
      { extensions: [extensionOf('2.5.29.19', '3001')] },
      'malformed-extension',
    ],
    [
      'key usage with octets behind it',
      { extensions: [extensionOf('2.5.29.15', '030206c000')] },
      'malformed-extension',
    ],
    ['extensions in version 1', { version: 1, extensions: [extensionOf('1.2.3', '0500')] }, 'bad-version'],
    ['version 4', { version: 4 }, 'bad-version'],
    ['an empty list of extensions', { extensions: [] }, 'truncated'],
  ])('%s', async (_, parts, code) => {
    expect(parseCode(await odd(parts))).toBe(code);
  });

  it('octets behind the certificate, more than 64 KiB, several in one PEM, no PEM at all', async () => {
    const good = await odd({});
    const pem = Certificate.parse(good).toPem();
    expect(parseCode(Buffer.concat([good, Uint8Array.of(0)]))).toBe('trailing-data');
    expect(parseCode(new Uint8Array(70_000).fill(0x30))).toBe('too-large');
    expect(parseCode(pem + pem)).toBe('bad-pem');
    expect(parseCode('hello')).toBe('bad-pem');
    expect(parseCode('')).toBe('bad-pem');
    expect(parseCode(new Uint8Array())).toBe('bad-pem');
  });
});

describe('building', () => {
  const base = {
    issuer: nameOf('CA'),
    subject: nameOf('测试'),
    notBefore: NOW,
    notAfter: NOW,
    publicKey: key.publicKey,
    extensions: [] as Extension[],
    signer: key,
  };

  it('writes what reads back the same', async () => {
    const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 });
    const serial = fc
      .uint8Array({ minLength: 1, maxLength: 19 })
      .filter((octets) => octets.some((octet) => octet > 0));
    const oid = fc.tuple(fc.nat(39), fc.nat()).map(([a, b]) => `1.${a}.${b}`);
    const extensions = fc.uniqueArray(fc.tuple(oid, fc.boolean(), fc.string()), {
      selector: ([id]) => id,
      maxLength: 5,
    });
    const seconds = fc.integer({ min: 0, max: Date.UTC(9999, 0) / 1000 });
    await fc.assert(
      fc.asyncProperty(serial, text, seconds, seconds, extensions, async (octets, value, a, b, list) => {
        const subject = Name.of([
          { type: 'C', value: 'CN' },
          { type: 'CN', value },
        ]);
        const [notBefore, notAfter] = [new Date(Math.min(a, b) * 1000), new Date(Math.max(a, b) * 1000)];
        const written = list.map(([id, critical, text]) => extension(id, critical, der.utf8String(text)));
        const built = await buildCertificate({
          ...base,
          serialNumber: Buffer.from(octets).toString('hex'),
          subject,
          notBefore,
          notAfter,
          extensions: written,
        });
        const read = Certificate.parse(built);
        expect(BigInt(`0x${read.serialNumber}`)).toBe(BigInt(`0x${Buffer.from(octets).toString('hex')}`));
        expect(read.subject.equals(subject)).toBe(true);
        expect(read.subject.get('CN')).toBe(value);
        expect([read.notBefore, read.notAfter]).toEqual([notBefore, notAfter]);
        expect(read.publicKey).toEqual(key.publicKey);
        expect(read.extensions).toEqual(written);
        for (const input of [
          read.toPem(),
          Buffer.from(read.toPem()),
          Buffer.from(built).toString('base64'),
        ]) {
          expect(Certificate.parse(input).der).toEqual(built);
        }
      }),
      { numRuns: 40 },
    );
  });

  it.each(['', '00', '0', 'xyz', '-1', 'ff'.repeat(20), '01'.repeat(21)])(
    'refuses serial number %j',
    async (serialNumber) => {
      await expect(buildCertificate({ ...base, serialNumber })).rejects.toMatchObject({
        code: 'bad-serial-number',
      });
    },
  );

  it('takes the largest serial number', async () => {
    const serialNumber = '7f'.padEnd(40, 'f');
    expect(Certificate.parse(await buildCertificate({ ...base, serialNumber })).serialNumber).toBe(
      serialNumber,
    );
  });

  it('refuses a validity that ends before it begins, and an extension twice', async () => {
    const late = new Date(NOW.getTime() + 1000);
    await expect(buildCertificate({ ...base, serialNumber: '01', notBefore: late })).rejects.toMatchObject({
      code: 'bad-validity',
    });
    const twice = [extension('1.2.3', false, der.NULL), extension('1.2.3', true, der.NULL)];
    await expect(buildCertificate({ ...base, serialNumber: '01', extensions: twice })).rejects.toMatchObject({
      code: 'duplicate-extension',
    });
  });
});

it('keeps its own copy of the octets it was given', async () => {
  const input = await odd({});
  const certificate = Certificate.parse(input);
  const before = certificateDigest(certificate.der);
  input.fill(0);
  expect(certificateDigest(certificate.der)).toBe(before);
});

it('names keys and certificates by lower-case SHA-256', () => {
  const empty = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
  expect(publicKeyDigest(new Uint8Array())).toBe(empty);
  expect(certificateDigest(new Uint8Array())).toBe(empty);
});

// Genuine certificates are not part of this repository: name a folder of them to have them tried.
const folder = process.env.CERTDESK_GENUINE_CERTIFICATES;
if (folder && existsSync(folder)) {
  it('reads genuine certificates and finds a valid signature on every one', () => {
    const files = readdirSync(folder).filter((name) => /\.(cer|pem|der|crt)$/.test(name));
    const all = files.map((name) => Certificate.parse(readFileSync(join(folder, name))));
    const roots = all.filter((each) => each.selfIssued);
    for (const certificate of all) {
      const result = checkChain(certificate, { intermediates: all, roots, at: certificate.notAfter });
      expect(result, certificate.subject.toString()).toMatchObject({ ok: true });
    }
  });
}
