import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { describe, expect, it, test } from 'vitest';
import { issue } from '../authority.test-support.ts';
import {
  basicConstraints,
  buildRequest,
  CertificationRequest,
  certificateRemarks,
  der,
  type Extension,
  extendedKeyUsage,
  generateSoftwareKey,
  keyUsage,
  requestRemarks,
  softwareSigner,
} from '../index.ts';
import { type Crafted, crafted, identifiers, named, nameWith, signing } from './crafted.test-support.ts';

const codesOf = (fields: Crafted) => certificateRemarks(crafted(fields), false).map(({ code }) => code);
const extensionOf = (...parts: der.Der[]) => der.encode(der.sequence(...parts));
const algorithmOf = (oid: string, ...parameters: Uint8Array[]) => ({
  der: der.encode(der.sequence(der.oid(oid), ...parameters)),
});
const withExtensions = (...extensions: (Extension | Uint8Array)[]): Crafted => ({
  extensions: [...identifiers, ...extensions],
});
const rsaKey = (modulusLength: number, publicExponent = 65537) =>
  generateKeyPairSync('rsa', { modulusLength, publicExponent }).publicKey.export({
    format: 'der',
    type: 'spki',
  });
const p256 = generateSoftwareKey('p256').publicKey;

test('nothing is unusual about a usual certificate', async () => {
  expect(codesOf({})).toEqual([]);
  const ca = await issue({ name: 'CA', algorithm: 'p256', constraints: { ca: true } });
  const leaf = await issue({ name: '公司', algorithm: 'p256' }, ca);
  expect(certificateRemarks(ca.certificate, true)).toEqual([]);
  expect(certificateRemarks(leaf.certificate, false)).toEqual([]);
});

describe('how it is written', () => {
  test.each<[string, Crafted]>([
    [
      'key-usage-trailing-zeros',
      withExtensions(
        extensionOf(der.oid('2.5.29.15'), der.boolean(true), der.octetString(Uint8Array.of(3, 2, 0, 0xc0))),
      ),
    ],
    [
      'explicit-default',
      withExtensions(
        signing,
        extensionOf(der.oid('2.5.29.19'), der.octetString(der.sequence(der.boolean(false)))),
      ),
    ],
    [
      'explicit-default',
      withExtensions(signing, extensionOf(der.oid('1.2.3'), der.boolean(false), der.octetString(der.NULL))),
    ],
    ['explicit-default', { version: der.explicit(0, der.integer(0)), extensions: undefined }],
    [
      'name-string-type',
      { subject: nameWith('2.5.4.3', der.tagged(0x1e, Buffer.from('公司', 'utf16le').swap16())) },
    ],
    ['name-string-type', { issuer: nameWith('2.5.4.3', der.tagged(0x14, Buffer.from([0xb9, 0xab]))) }],
    ['name-printable', { subject: nameWith('2.5.4.3', der.tagged(0x13, Buffer.from('a@b'))) }],
    ['name-not-text', { subject: nameWith('2.5.4.3', der.integer(7)) }],
    ['name-too-long', { subject: nameWith('2.5.4.3', der.utf8String('长'.repeat(65))) }],
    ['country-form', { subject: nameWith('2.5.4.6', der.utf8String('CN')) }],
    ['country-form', { subject: nameWith('2.5.4.6', der.printableString('China')) }],
    [
      'name-several-in-one',
      {
        subject: der.encode(
          der.sequence(
            der.setOf(
              der.sequence(der.oid('2.5.4.3'), der.utf8String('a')),
              der.sequence(der.oid('2.5.4.10'), der.utf8String('b')),
            ),
          ),
        ),
      },
    ],
    ['subject-empty', { subject: der.encode(der.sequence()) }],
    ['issuer-empty', { issuer: der.encode(der.sequence()) }],
    [
      'time-form',
      {
        times: [
          der.generalizedTime(new Date('2026-01-01T00:00:00Z')),
          der.time(new Date('2027-01-01T00:00:00Z')),
        ],
      },
    ],
    ['version-old', { extensions: undefined }],
    ['unique-identifiers', { more: [der.tagged(0x81, Uint8Array.of(0, 1))] }],
    ['serial-negative', { serialNumber: Uint8Array.of(0xff) }],
    ['serial-zero', { serialNumber: Uint8Array.of(0) }],
    ['serial-long', { serialNumber: new Uint8Array(21).fill(1) }],
    ['serial-long', { serialNumber: Uint8Array.from([0, ...new Uint8Array(20).fill(0xff)]) }],
  ])('%s', (code, fields) => {
    expect(codesOf(fields).filter((each) => each !== 'version-old' || code === 'version-old')).toEqual([
      code,
    ]);
  });

  it('twenty octets are not too long for a serial number', () => {
    expect(codesOf({ serialNumber: new Uint8Array(20).fill(0x7f) })).toEqual([]);
  });
});

describe('what it says', () => {
  const until = (year: number): Crafted['times'] => [
    der.time(new Date('2026-01-01T00:00:00Z')),
    der.time(new Date(`${year}-12-31T23:59:59Z`)),
  ];
  const ca = basicConstraints({ ca: true });
  test.each<[string, Crafted]>([
    ['validity-reversed', { times: until(2025) }],
    ['validity-long', { times: until(2037) }],
    ['validity-long', { times: until(2070), ...withExtensions(ca, keyUsage(['keyCertSign'])) }],
    ['validity-endless', { times: until(9999) }],
    ['key-weak', { publicKey: rsaKey(1024) }],
    ['key-exponent', { publicKey: rsaKey(2048, 3) }],
    [
      'key-kind',
      { publicKey: generateKeyPairSync('ed25519').publicKey.export({ format: 'der', type: 'spki' }) },
    ],
    [
      'key-kind',
      {
        publicKey: generateKeyPairSync('ec', { namedCurve: 'secp521r1' }).publicKey.export({
          format: 'der',
          type: 'spki',
        }),
      },
    ],
    ['key-unsound', { publicKey: p256.map((octet, at) => (at === p256.length - 1 ? octet ^ 1 : octet)) }],
    ['digest-weak', { algorithm: algorithmOf('1.2.840.113549.1.1.5', der.NULL) }],
    ['digest-weak', { algorithm: algorithmOf('1.2.840.113549.1.1.4', der.NULL) }],
    ['signature-unknown', { algorithm: algorithmOf('1.2.3.4') }],
    ['signature-parameters', { algorithm: algorithmOf('1.2.840.10045.4.3.2', der.NULL) }],
    ['signature-no-parameters', { algorithm: algorithmOf('1.2.840.113549.1.1.11') }],
    ['signature-no-parameters', { algorithm: algorithmOf('1.2.156.10197.1.501') }],
    ['subject-key-identifier-missing', { extensions: [identifiers[1], signing] }],
    ['authority-key-identifier-missing', { extensions: [identifiers[0], signing] }],
    [
      'critical-unknown',
      withExtensions(signing, extensionOf(der.oid('1.2.3'), der.boolean(true), der.octetString(der.NULL))),
    ],
    [
      'critical-wrong',
      {
        extensions: [
          identifiers[1],
          signing,
          extensionOf(
            der.oid('2.5.29.14'),
            der.boolean(true),
            der.octetString(der.octetString(Uint8Array.of(1))),
          ),
        ],
      },
    ],
    ['critical-missing', withExtensions(keyUsage(['digitalSignature'], false))],
    ['key-usage-missing', withExtensions()],
    ['key-usage-empty', withExtensions(keyUsage([]))],
    ['key-usage-both', withExtensions(keyUsage(['digitalSignature', 'keyEncipherment']))],
    ['key-usage-not-for-key', { publicKey: p256, ...withExtensions(keyUsage(['keyEncipherment'])) }],
    ['ca-without-key-cert-sign', withExtensions(ca, keyUsage(['cRLSign']))],
    ['key-cert-sign-without-ca', withExtensions(keyUsage(['keyCertSign']))],
    [
      'path-length-without-ca',
      withExtensions(
        signing,
        extensionOf(der.oid('2.5.29.19'), der.octetString(der.sequence(der.integer(1)))),
      ),
    ],
    ['server-without-names', withExtensions(signing, extendedKeyUsage(['serverAuth']))],
  ])('%s', (code, fields) => {
    expect(codesOf(fields)).toEqual([code]);
  });

  it('an old digest does no harm where the key signed itself', () => {
    const old = crafted({
      algorithm: algorithmOf('1.2.840.113549.1.1.5', der.NULL),
      subject: named('根'),
      issuer: named('根'),
    });
    expect(certificateRemarks(old, true).map(({ code }) => code)).toEqual(['digest-weak-self']);
  });
});

describe('of a request', () => {
  const signer = softwareSigner(generateSoftwareKey('sm2').privateKey);

  it('nothing is unusual about a usual one', async () => {
    const request = CertificationRequest.parse(
      await buildRequest({ subject: crafted().subject, signer, extensions: [signing] }),
    );
    expect(requestRemarks(request)).toEqual([]);
  });

  it('a password in clear, which stays out of what is said', async () => {
    const { subject } = crafted();
    const attributes = der.tagged(
      0xa0,
      der.sequence(der.oid('1.2.840.113549.1.9.7'), der.setOf(der.utf8String('hunter2'))),
    );
    const info = der.encode(der.sequence(der.integer(0), subject.der, signer.publicKey, attributes));
    const { der: algorithm } = algorithmOf('1.2.156.10197.1.501', der.NULL);
    const request = CertificationRequest.parse(
      der.encode(der.sequence(info, algorithm, der.bitString(await signer.sign(info)))),
    );
    expect(requestRemarks(request)).toEqual([{ code: 'challenge-password', details: {} }]);
  });
});

it('the small exponent was made as asked for', () => {
  const key = createPublicKey({ key: rsaKey(2048, 3), format: 'der', type: 'spki' });
  expect(key.asymmetricKeyDetails?.publicExponent).toBe(3n);
});
