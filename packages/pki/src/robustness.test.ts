/** No input of up to 64 KiB crashes or hangs the parsers: they return, or throw a PkiError. */
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { issue, NOW, nameOf } from './authority.test-support.ts';
import {
  authorityInfoAccess,
  buildRequest,
  Certificate,
  CertificationRequest,
  certificatePolicies,
  checkChain,
  checkPublicKey,
  crlDistributionPoints,
  DEFAULT_IDENTITY_NUMBER_OIDS,
  der,
  extendedKeyUsage,
  fromPem,
  identityNumberExtension,
  keyUsage,
  Name,
  PkiError,
  parseProfile,
  softwareSigner,
  subjectAltName,
  verifyByKey,
} from './index.ts';

const LIMIT = 65_536;
let certificate: Uint8Array;
let request: Uint8Array;
let root: Certificate;
let publicKey: Uint8Array;

beforeAll(async () => {
  const ca = await issue({ name: 'CA', algorithm: 'sm2', constraints: { ca: true } });
  root = ca.certificate;
  const more = [
    extendedKeyUsage(['clientAuth']),
    certificatePolicies([{ oid: '1.2.3', cps: 'http://a.example/' }]),
    authorityInfoAccess({ ocsp: ['http://a.example/'], caIssuers: ['http://b.example/'] }),
    crlDistributionPoints(['http://a.example/']),
    subjectAltName([
      { kind: 'directoryName', value: nameOf('别名') },
      { kind: 'dns', value: 'a.example' },
    ]),
    identityNumberExtension({ kind: 'uscc', value: '91310106669433828F' }, DEFAULT_IDENTITY_NUMBER_OIDS),
  ];
  const leaf = await issue({ name: '测试法人', constraints: { ca: false }, more }, ca);
  certificate = leaf.certificate.der;
  publicKey = leaf.signer.publicKey;
  request = await buildRequest({
    subject: nameOf('测试法人'),
    signer: leaf.signer,
    extensions: [keyUsage(['digitalSignature'])],
  });
});

/** Uses everything that a parsed object offers. */
function useCertificate(input: Uint8Array | string): void {
  const parsed = Certificate.parse(input);
  parsed.identityNumbers(DEFAULT_IDENTITY_NUMBER_OIDS);
  parsed.toPem();
  JSON.stringify(parsed);
  parsed.verifiedBy(root);
  root.verifiedBy(parsed);
  checkChain(parsed, { intermediates: [parsed], roots: [root], at: NOW });
}

function useRequest(input: Uint8Array | string): void {
  CertificationRequest.parse(input).verify();
}

function onlyTypedErrors(act: () => unknown): void {
  try {
    act();
  } catch (error) {
    if (!(error instanceof PkiError)) throw error;
  }
}

const edits = fc.array(
  fc.tuple(fc.nat(), fc.nat(255), fc.constantFrom('set', 'insert', 'remove', 'cut', 'repeat')),
  { minLength: 1, maxLength: 4 },
);

function edited(input: Uint8Array, list: readonly (readonly [number, number, string])[]): Uint8Array {
  let octets = [...input];
  for (const [position, value, how] of list) {
    const at = position % octets.length;
    if (how === 'set') octets[at] = value;
    if (how === 'insert') octets.splice(at, 0, value);
    if (how === 'remove') octets.splice(at, 1);
    if (how === 'cut') octets = octets.slice(0, at + 1);
    if (how === 'repeat')
      octets = [...octets.slice(0, at), ...octets.slice(Math.max(0, at - value)), ...octets.slice(at)].slice(
        0,
        LIMIT,
      );
  }
  return Uint8Array.from(octets);
}

describe('mutations of good input', () => {
  it('of a certificate', () => {
    fc.assert(
      fc.property(edits, (list) => onlyTypedErrors(() => useCertificate(edited(certificate, list)))),
      { numRuns: 3000 },
    );
  });

  it('of each single octet of a certificate', () => {
    for (let at = 0; at < certificate.length; at++) {
      for (const value of [0x00, 0x30, 0x7f, 0x80, 0xff, (certificate[at] ?? 0) ^ 0x20]) {
        const changed = certificate.slice();
        changed[at] = value;
        onlyTypedErrors(() => Certificate.parse(changed));
      }
    }
  });

  it('of a request', () => {
    fc.assert(
      fc.property(edits, (list) => onlyTypedErrors(() => useRequest(edited(request, list)))),
      { numRuns: 2000 },
    );
  });

  it('of a public key and of a private one', () => {
    const pkcs8 = Buffer.from(
      '308187020100301306072a8648ce3d020106082a811ccf5501822d046d306b0201010420',
      'hex',
    );
    fc.assert(
      fc.property(edits, fc.uint8Array({ maxLength: 120 }), (list, tail) => {
        onlyTypedErrors(() => checkPublicKey(edited(publicKey, list)));
        verifyByKey(edited(publicKey, list), Uint8Array.of(1), tail);
        onlyTypedErrors(() => softwareSigner(edited(Buffer.concat([pkcs8, tail]), list)));
      }),
      { numRuns: 1000 },
    );
  });
});

describe('random input', () => {
  const octets = fc.uint8Array({ maxLength: LIMIT, size: 'max' });

  it('of any length', () => {
    fc.assert(
      fc.property(octets, (input) => {
        for (const read of [useCertificate, useRequest, Name.parse, checkPublicKey])
          onlyTypedErrors(() => read(input));
      }),
      { numRuns: 100 },
    );
  });

  it('as text, PEM and JSON', () => {
    const pem = octets.map(
      (input) =>
        `-----BEGIN CERTIFICATE-----\n${Buffer.from(input).toString('base64')}\n-----END CERTIFICATE-----`,
    );
    fc.assert(
      fc.property(fc.oneof(fc.string(), pem), (text) => {
        for (const read of [useCertificate, useRequest, fromPem]) onlyTypedErrors(() => read(text));
      }),
      { numRuns: 100 },
    );
    fc.assert(fc.property(fc.jsonValue(), (json) => onlyTypedErrors(() => parseProfile(json))));
  });

  it('of well-formed elements in any arrangement', () => {
    const leaf = fc
      .tuple(fc.constantFrom(1, 2, 3, 4, 5, 6, 12, 19, 23, 24, 30), fc.uint8Array({ maxLength: 20 }))
      .map(([id, content]): der.Der => der.tagged(id, content));
    const { tree } = fc.letrec<{ tree: der.Der }>((tie) => ({
      tree: fc.oneof(
        { maxDepth: 8, withCrossShrink: true },
        leaf,
        fc
          .tuple(fc.constantFrom(0x30, 0x31, 0xa0, 0xa3), fc.array(tie('tree'), { maxLength: 6 }))
          .map(([id, parts]) => der.tagged(id, ...parts)),
      ),
    }));
    fc.assert(
      fc.property(tree, (element) => {
        const input = der.encode(element);
        for (const read of [useCertificate, useRequest, Name.parse, checkPublicKey])
          onlyTypedErrors(() => read(input));
      }),
      { numRuns: 1000 },
    );
  });
});

describe('input made to be expensive', () => {
  const fill = (unit: der.Der) =>
    Array.from({ length: Math.floor((LIMIT - 2000) / der.encode(unit).length) }, () => unit);

  it.each<[string, () => Uint8Array]>([
    ['nothing but openings', () => new Uint8Array(LIMIT).fill(0x30)],
    [
      'nothing but indefinite openings',
      () => Uint8Array.from({ length: LIMIT }, (_, i) => (i % 2 ? 0x80 : 0x30)),
    ],
    [
      'a name of thousands of parts',
      () =>
        der.encode(der.sequence(...fill(der.setOf(der.sequence(der.oid('2.5.4.3'), der.utf8String('a')))))),
    ],
    [
      'one part of thousands of attributes',
      () =>
        der.encode(
          der.sequence(der.tagged(0x31, ...fill(der.sequence(der.oid('2.5.4.3'), der.utf8String('a'))))),
        ),
    ],
    [
      'an object identifier of 60,000 octets',
      () =>
        der.encode(
          der.sequence(
            der.tagged(0x31, der.sequence(der.tagged(6, new Uint8Array(60_000).fill(0xff)), der.NULL)),
          ),
        ),
    ],
    [
      'a text of 60,000 spaces',
      () =>
        der.encode(
          der.sequence(der.setOf(der.sequence(der.oid('2.5.4.3'), der.utf8String(' '.repeat(60_000))))),
        ),
    ],
  ])('%s', (_, make) => {
    const input = make();
    expect(input.length).toBeLessThanOrEqual(LIMIT);
    onlyTypedErrors(() => Name.parse(input).equals(nameOf('x')));
    onlyTypedErrors(() => useCertificate(input));
    onlyTypedErrors(() => useRequest(input));
  });

  it('a PEM text of openings without end', () => {
    onlyTypedErrors(() => fromPem('-----BEGIN '.repeat(6000)));
    onlyTypedErrors(() => fromPem('-----BEGIN A-----'.repeat(4000)));
    onlyTypedErrors(() => Certificate.parse(`${'A'.repeat(LIMIT)}=`));
  });
});
