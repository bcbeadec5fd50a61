import { describe, expect, it } from 'vitest';
import { issue, NOW, nameOf } from '../authority.test-support.ts';
import {
  applyProfile,
  buildCertificate,
  Certificate,
  DEFAULT_IDENTITY_NUMBER_OIDS,
  generateSoftwareKey,
  Name,
  PkiError,
  parseProfile,
  validityFor,
} from '../index.ts';

const company = {
  name: 'company-signing',
  keyAlgorithms: ['sm2', 'p256'],
  subject: [
    { type: 'C', required: true, value: 'CN' },
    { type: 'O' },
    { type: 'CN', required: true, maxLength: 10 },
  ],
  keyUsage: ['digitalSignature', 'nonRepudiation'],
  extendedKeyUsage: ['clientAuth', '1.3.6.1.4.1.311.20.2.2'],
  policies: [{ oid: '1.2.156.112570.1.1', cps: 'https://ca.example/cps' }, { oid: '1.2.3' }],
  aia: { ocsp: ['http://ocsp.ca.example/'], caIssuers: ['http://ca.example/ca.cer'] },
  crlDistributionPoints: ['ldap://ca.example:389/,cn=1.crl', 'http://ca.example/1.crl'],
  identityNumbers: { kinds: ['uscc', 'socialInsurance', 'housingFund'] },
  validity: { terms: [12, 24, 36], maxMonths: 42, backdateMinutes: 10 },
  twin: 'none',
};

const messageOf = (act: () => unknown): string => {
  try {
    act();
  } catch (error) {
    if (error instanceof PkiError) return `${error.code} ${error.message}`;
    throw error;
  }
  return 'no error';
};

describe('a profile is read from JSON', () => {
  it('with defaults for what may be left out', () => {
    const { name, keyAlgorithms, subject, keyUsage, validity } = company;
    const profile = parseProfile({
      name,
      keyAlgorithms,
      subject,
      keyUsage,
      validity: { terms: validity.terms },
    });
    expect(profile).toMatchObject({
      basicConstraints: { ca: false },
      policies: [],
      twin: 'none',
      validity: { maxMonths: 36, backdateMinutes: 10 },
    });
    expect(profile.subject[0]).toEqual({ type: 'C', required: true, value: 'CN', maxLength: 64 });
    expect(profile.identityNumbers).toEqual({ kinds: [], oids: DEFAULT_IDENTITY_NUMBER_OIDS });
  });

  it.each<[string, unknown, string]>([
    ['no object', 'company', 'profile: must be an object'],
    ['a field misspelt', { ...company, keyUsages: [] }, 'keyUsages: no such field'],
    ['a field named like what objects inherit', JSON.parse('{"__proto__": 1}'), '__proto__: no such field'],
    ['a field missing', { ...company, name: undefined }, 'name: must be a text'],
    [
      'an unknown algorithm',
      { ...company, keyAlgorithms: ['sm2', 'md5'] },
      'keyAlgorithms[1]: must be one of',
    ],
    ['no algorithm', { ...company, keyAlgorithms: [] }, 'keyAlgorithms: must not be empty'],
    ['an unknown usage', { ...company, keyUsage: ['signing'] }, 'keyUsage[0]: must be one of'],
    ['a usage twice', { ...company, keyUsage: ['cRLSign', 'cRLSign'] }, 'keyUsage: cRLSign stands twice'],
    [
      'certificate signing without a CA',
      { ...company, keyUsage: ['keyCertSign'] },
      'keyUsage: keyCertSign belongs to a CA',
    ],
    [
      'a bad OID',
      { ...company, policies: [{ oid: '1.2.3' }, { oid: '3.1' }] },
      'policies[1].oid: must be an object identifier',
    ],
    [
      'a bad address',
      { ...company, aia: { ocsp: ['ftp://a'] } },
      'aia.ocsp[0]: must be an http or ldap address',
    ],
    [
      'an unknown subject type',
      { ...company, subject: [{ type: 'XX' }] },
      'subject[0].type: must be an object identifier',
    ],
    [
      'a time that is none until a superseded certificate is revoked',
      { ...company, revokeSupersededAfterDays: -1 },
      'revokeSupersededAfterDays: must be a whole number from 0 to 3650',
    ],
    ['no address at all', { ...company, aia: { ocsp: ['http://'] } }, 'aia.ocsp[0]: must be an http'],
    [
      'an address without end',
      { ...company, crlDistributionPoints: [`http://a/${'x'.repeat(1024)}`] },
      'crlDistributionPoints[0]: must be an http',
    ],
    [
      'an address that no URL can be',
      { ...company, crlDistributionPoints: ['http://[::1'] },
      'crlDistributionPoints[0]: must be an http',
    ],
    [
      'an address twice',
      { ...company, crlDistributionPoints: ['http://a/1.crl', 'http://a/1.crl'] },
      'crlDistributionPoints: http://a/1.crl stands twice',
    ],
    [
      'a policy twice',
      { ...company, policies: [{ oid: '1.2.3' }, { oid: '1.2.3' }] },
      'policies: 1.2.3 stands twice',
    ],
    [
      'a purpose under both its names',
      { ...company, extendedKeyUsage: ['clientAuth', '1.3.6.1.5.5.7.3.2'] },
      'extendedKeyUsage: 1.3.6.1.5.5.7.3.2 stands twice',
    ],
    [
      'a subject type under both its names',
      { ...company, subject: [{ type: 'CN' }, { type: '2.5.4.3' }] },
      'subject: 2.5.4.3 stands twice',
    ],
    [
      'a fixed value longer than its bound',
      { ...company, subject: [{ type: 'O', value: '测试测试测试', maxLength: 5 }] },
      'subject[0].value: is over 5 characters',
    ],
    [
      'a country that is none',
      { ...company, subject: [{ type: 'C', value: 'China' }] },
      'subject[0].value: a country has two capital letters',
    ],
    [
      'a fixed value that its type cannot hold',
      { ...company, subject: [{ type: 'emailAddress', value: '邮箱' }] },
      'subject[0].value: emailAddress',
    ],
    ['a name too long', { ...company, name: 'a'.repeat(65) }, 'name: must be lower-case letters'],
    [
      'an issuer that is no name',
      { ...company, issuedBy: 'Main CA' },
      'issuedBy: must be lower-case letters',
    ],
    [
      'CRL signing without a CA',
      { ...company, keyUsage: ['digitalSignature', 'cRLSign'] },
      'keyUsage: cRLSign belongs to a CA alone',
    ],
    [
      'half a key agreement',
      { ...company, keyUsage: ['digitalSignature', 'encipherOnly'] },
      'keyUsage: encipherOnly means nothing',
    ],
    [
      'a usage that its key cannot have',
      { ...company, keyUsage: ['digitalSignature', 'keyEncipherment'] },
      'keyUsage: p256 keys cannot be used for keyEncipherment',
    ],
    [
      'a usage that an RSA key cannot have',
      { ...company, keyAlgorithms: ['rsa2048'], keyUsage: ['digitalSignature', 'keyAgreement'] },
      'keyUsage: rsa2048 keys cannot be used for keyAgreement',
    ],
    [
      'a purpose that its usages do not allow',
      { ...company, keyUsage: ['nonRepudiation'] },
      'extendedKeyUsage: clientAuth needs keyUsage digitalSignature or keyAgreement',
    ],
    [
      'a kind without an OID',
      { ...company, identityNumbers: { kinds: ['passport'] } },
      'identityNumbers.kinds[0]: no object identifier',
    ],
    [
      'an identity number on a standard extension',
      { ...company, identityNumbers: { kinds: [], oids: [{ kind: 'uscc', oid: '2.5.29.19' }] } },
      'identityNumbers.oids[0].oid: is an extension of another meaning',
    ],
    [
      'a longest validity under the terms',
      { ...company, validity: { terms: [36], maxMonths: 12 } },
      'validity.maxMonths: must be a whole number from 36',
    ],
    ['a twin that nothing here makes', { ...company, twin: 'encryption' }, 'twin: must be an object'],
    ['a twin without a profile', { ...company, twin: {} }, 'twin.encryption: must be a text'],
    [
      'a twin of another algorithm',
      { ...company, keyAlgorithms: ['sm2', 'p256'], twin: { encryption: 'e' } },
      'twin: comes with SM2 signing certificates alone',
    ],
    [
      'more containers than a key has',
      { ...company, twin: { encryption: 'e', keepContainers: 9 } },
      'twin.keepContainers: must be a whole number',
    ],
  ])('and refused for %s', (_, json, message) => {
    expect(messageOf(() => parseProfile(json))).toContain(`bad-profile ${message}`);
  });
});

describe('a profile applied', () => {
  const profile = parseProfile(company);
  const numbers = [
    { kind: 'socialInsurance', value: '00123456' },
    { kind: 'uscc', value: '91310106669433828F' },
  ];

  it('gives the extensions of real certificates in their order, and what was put in reads back', async () => {
    const ca = await issue({ name: 'CA', algorithm: 'sm2', constraints: { ca: true } });
    const { publicKey } = generateSoftwareKey('sm2');
    const subject = nameOf('测试法人');
    const extensions = applyProfile(profile, {
      issuer: ca.certificate,
      subject,
      publicKey,
      identityNumbers: numbers,
    });
    const der = await buildCertificate({
      serialNumber: '01',
      issuer: ca.certificate.subject,
      subject,
      publicKey,
      extensions,
      signer: ca.signer,
      notBefore: NOW,
      notAfter: NOW,
    });
    const certificate = Certificate.parse(der);
    expect(certificate.extensions.map(({ oid, critical }) => `${oid}${critical ? ' critical' : ''}`)).toEqual(
      [
        '2.5.29.35',
        '2.5.29.14',
        '2.5.29.15 critical',
        '2.5.29.37',
        '2.5.29.32',
        '2.5.29.19',
        '1.3.6.1.5.5.7.1.1',
        '2.5.29.31',
        '1.2.156.112570.11.210',
        '1.2.156.10260.4.1.2',
      ],
    );
    expect(certificate.authorityKeyIdentifier?.keyIdentifier).toEqual(ca.certificate.subjectKeyIdentifier);
    expect(certificate.keyUsage).toEqual(company.keyUsage);
    expect(certificate.extendedKeyUsage).toEqual(company.extendedKeyUsage);
    expect(certificate.policies).toEqual(company.policies);
    expect(certificate.basicConstraints).toEqual({ ca: false });
    expect(certificate.aia).toEqual(company.aia);
    expect(certificate.crlDistributionPoints).toEqual(company.crlDistributionPoints);
    expect(certificate.identityNumbers(profile.identityNumbers.oids)).toEqual([...numbers].reverse());
  });

  it('refuses what it does not allow', () => {
    const { publicKey } = generateSoftwareKey('p256');
    const offCurve = publicKey.slice();
    offCurve[90] = (offCurve[90] ?? 0) ^ 1;
    const subject = nameOf('测试法人');
    const apply = (change: object) =>
      messageOf(() => applyProfile(profile, { issuer: undefined, subject, publicKey, ...change }));
    const number = (kind: string, value: string) => ({ identityNumbers: [{ kind, value }] });
    expect(apply({})).toBe('no error');
    expect(apply({ publicKey: generateSoftwareKey('p384').publicKey })).toContain(
      'profile-violation profile company-signing: p384 keys',
    );
    expect(apply({ publicKey: offCurve })).toContain('malformed-key');
    expect(apply({ publicKey: offCurve.subarray(0, 50) })).toContain('truncated');
    expect(apply({ subject: nameOf('一二三四五六七八九十一') })).toContain('over 10 characters');
    expect(apply({ subject: Name.of([{ type: 'C', value: 'CN' }]) })).toContain('lacks CN');
    expect(
      apply({
        subject: Name.of([
          { type: 'C', value: 'DE' },
          { type: 'CN', value: 'A' },
        ]),
      }),
    ).toContain('C must be CN');
    expect(apply({ subject: Name.of([{ type: 'UID', value: '1' }]) })).toContain('may not hold UID');
    expect(apply(number('taxRegistration', '1'))).toContain('taxRegistration may not stand');
    expect(apply({ identityNumbers: [...numbers, ...numbers] })).toContain('given twice');
    expect(apply(number('uscc', ''))).toContain('bad-identity-number');
    expect(apply(number('uscc', '九一'))).toContain('bad-identity-number uscc holds a character');
  });
});

describe('validity', () => {
  const profile = parseProfile(company);

  it('begins some minutes earlier and keeps within the limits', async () => {
    const ca = await issue({
      name: 'CA',
      constraints: { ca: true },
      notAfter: new Date('2028-01-01T00:00:00Z'),
    });
    const at = (notAfter: string, issuer = ca) =>
      validityFor(profile, { issuedAt: NOW, notAfter: new Date(notAfter), issuer: issuer.certificate });
    expect(at('2027-06-15T08:00:00.500Z')).toEqual({
      notBefore: new Date('2026-06-15T07:50:00Z'),
      notAfter: new Date('2027-06-15T08:00:00Z'),
    });
    expect(at('2028-01-01T00:00:00Z').notAfter).toEqual(ca.certificate.notAfter);
    expect(messageOf(() => at('2028-01-01T00:00:01Z'))).toContain('outlives the issuing CA');
    expect(messageOf(() => at('2026-06-15T08:00:00Z'))).toContain('ends before it begins');
    expect(messageOf(() => at('garbage'))).toContain('ends before it begins');
    const longCa = await issue({
      name: 'CA',
      constraints: { ca: true },
      notAfter: new Date('2056-01-01T00:00:00Z'),
    });
    expect(at('2029-12-15T08:00:00Z', longCa).notAfter).toEqual(new Date('2029-12-15T08:00:00Z'));
    expect(messageOf(() => at('2029-12-15T08:00:01Z', longCa))).toContain('exceeds 42 months');
  });

  it('never begins before the issuing CA', async () => {
    const young = await issue({
      name: 'CA',
      constraints: { ca: true },
      notBefore: new Date('2026-06-15T07:58:00Z'),
    });
    const { notBefore } = validityFor(profile, {
      issuedAt: NOW,
      notAfter: new Date('2026-12-01T00:00:00Z'),
      issuer: young.certificate,
    });
    expect(notBefore).toEqual(young.certificate.notBefore);
  });
});
