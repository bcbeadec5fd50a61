/** What others make of our output: the openssl command and @peculiar/x509. */
import 'reflect-metadata';
import * as peculiar from '@peculiar/x509';
import { describe, expect, it } from 'vitest';
import { issue, NOW, nameOf, type Party } from './authority.test-support.ts';
import {
  applyProfile,
  buildCertificate,
  buildRequest,
  Certificate,
  CertificationRequest,
  type KeyAlgorithm,
  keyUsage,
  parseProfile,
  subjectAltName,
  toPem,
} from './index.ts';
import { openssl, tryOpenssl, withFiles } from './openssl.test-support.ts';

const DISTID = 'distid:1234567812345678';
const algorithms: KeyAlgorithm[] = ['sm2', 'p256', 'p384', 'rsa2048', 'rsa3072'];

const profile = parseProfile({
  name: 'company-signing',
  keyAlgorithms: algorithms,
  subject: [{ type: 'C' }, { type: 'O' }, { type: 'CN', required: true }],
  keyUsage: ['digitalSignature', 'nonRepudiation'],
  extendedKeyUsage: ['clientAuth'],
  policies: [{ oid: '1.2.156.112570.1.1', cps: 'https://ca.example/cps' }],
  aia: { ocsp: ['http://ocsp.ca.example/'], caIssuers: ['http://ca.example/ca.cer'] },
  crlDistributionPoints: ['http://ca.example/1.crl'],
  identityNumbers: { kinds: ['uscc', 'socialInsurance'] },
  validity: { terms: [12] },
});

async function company(algorithm: KeyAlgorithm, root: Party): Promise<Certificate> {
  const key = (await issue({ name: 'key', algorithm })).signer.publicKey;
  const subject = nameOf('测试法人');
  const identityNumbers = [
    { kind: 'uscc', value: '91310106669433828F' },
    { kind: 'socialInsurance', value: '00123456' },
  ];
  const extensions = applyProfile(profile, {
    issuer: root.certificate,
    subject,
    publicKey: key,
    identityNumbers,
  });
  return Certificate.parse(
    await buildCertificate({
      serialNumber: 'f00dfeedf00dfeedf00dfeedf00dfeed',
      issuer: root.certificate.subject,
      subject,
      publicKey: key,
      extensions,
      signer: root.signer,
      notBefore: new Date('2026-01-01T00:00:00Z'),
      notAfter: new Date('2051-01-01T00:00:00Z'),
    }),
  );
}

describe.each(algorithms)('%s', (algorithm) => {
  it('the openssl command reads every field of a certificate and agrees with its signature', async () => {
    const root = await issue({ name: '根', algorithm, constraints: { ca: true, pathLength: 1 } });
    const leaf = await company(algorithm, root);
    withFiles((put) => {
      const leafFile = put('leaf.pem', leaf.toPem());
      const text = openssl('x509', '-in', leafFile, '-noout', '-text', '-nameopt', 'utf8');
      for (const line of [
        'f0:0d:fe:ed:f0:0d:fe:ed:f0:0d:fe:ed:f0:0d:fe:ed',
        'Not After : Jan  1 00:00:00 2051 GMT',
        'C=CN, O=试验机构, CN=测试法人',
        'Digital Signature, Non Repudiation',
        'TLS Web Client Authentication',
        'Policy: 1.2.156.112570.1.1',
        'CPS: https://ca.example/cps',
        'CA:FALSE',
        'OCSP - URI:http://ocsp.ca.example/',
        'CA Issuers - URI:http://ca.example/ca.cer',
        'URI:http://ca.example/1.crl',
        '91310106669433828F',
        '00123456',
      ])
        expect(text).toContain(line);
      const rootText = openssl('x509', '-in', put('root.pem', root.certificate.toPem()), '-noout', '-text');
      expect(rootText).toContain('CA:TRUE, pathlen:1');
      expect(rootText).toMatch(/Key Usage: critical\s+Certificate Sign, CRL Sign/);
      const rootFile = put('root.pem', root.certificate.toPem());
      if (algorithm === 'sm2') expect(opensslVerifiesSm2(put, leaf, root.certificate)).toBe(true);
      else
        expect(
          openssl(
            'verify',
            '-attime',
            String(NOW.getTime() / 1000),
            '-x509_strict',
            '-CAfile',
            rootFile,
            leafFile,
          ),
        ).toContain('OK');
    });
  });

  it('the openssl command accepts a request and refuses one that was changed', async () => {
    const { signer } = await issue({ name: 'key', algorithm });
    const der = await buildRequest({
      subject: nameOf('测试法人'),
      signer,
      extensions: [keyUsage(['digitalSignature'])],
    });
    const request = CertificationRequest.parse(der);
    const changed = der.slice();
    changed[der.indexOf(0x13) + 2] = 0x58; // first letter of the country
    withFiles((put) => {
      const vfy = algorithm === 'sm2' ? ['-vfyopt', DISTID] : [];
      const good = tryOpenssl(
        'req',
        '-in',
        put('good.csr', request.toPem()),
        '-noout',
        '-text',
        '-verify',
        ...vfy,
      );
      expect(good.output).toContain('verify OK');
      expect(good.output).toContain('Digital Signature');
      const bad = tryOpenssl(
        'req',
        '-in',
        put('bad.csr', toPem('CERTIFICATE REQUEST', changed)),
        '-noout',
        '-verify',
        ...vfy,
      );
      expect(bad.output).not.toContain('verify OK');
    });
    expect(request.verify()).toBe(true);
    expect(CertificationRequest.parse(changed).verify()).toBe(false);
  });

  it('reads and verifies a request that the openssl command made', () => {
    withFiles((put) => {
      const key = put('key.pem', '');
      const kind = algorithm.startsWith('rsa')
        ? ['RSA', '-pkeyopt', `rsa_keygen_bits:${algorithm.slice(3)}`]
        : [
            'EC',
            '-pkeyopt',
            `ec_paramgen_curve:${algorithm === 'sm2' ? 'SM2' : algorithm === 'p256' ? 'P-256' : 'P-384'}`,
          ];
      openssl('genpkey', '-algorithm', ...kind, '-out', key);
      const sigopt =
        algorithm === 'sm2' ? ['-sm3', '-sigopt', DISTID] : algorithm === 'p384' ? ['-sha384'] : ['-sha256'];
      const pem = openssl(
        'req',
        '-new',
        '-key',
        key,
        ...sigopt,
        '-utf8',
        '-subj',
        '/C=CN/O=别人/CN=a@b',
        '-addext',
        'keyUsage=keyAgreement',
      );
      const request = CertificationRequest.parse(pem);
      expect(request.verify()).toBe(true);
      expect(request.subject.toString()).toBe('CN=a@b,O=别人,C=CN');
      expect(request.extensions).toHaveLength(1);
    });
  });

  it('@peculiar/x509 reads the same certificate and request', async () => {
    const root = await issue({
      name: '根',
      algorithm,
      constraints: { ca: true },
      more: [subjectAltName([{ kind: 'dns', value: 'ca.example' }])],
    });
    const leaf = await company(algorithm, root);
    const other = new peculiar.X509Certificate(Buffer.from(leaf.der));
    expect(other.serialNumber).toBe(leaf.serialNumber);
    expect(other.notAfter).toEqual(leaf.notAfter);
    expect(other.subjectName.getField('CN')).toEqual(['测试法人']);
    expect(Buffer.from(other.publicKey.rawData).equals(leaf.publicKey)).toBe(true);
    expect(other.extensions.map(({ type, critical }) => [type, critical])).toEqual(
      leaf.extensions.map(({ oid, critical }) => [oid, critical]),
    );
    expect(other.getExtension(peculiar.KeyUsagesExtension)?.usages).toBe(3);
    if (algorithm !== 'sm2') {
      const publicKey = new peculiar.PublicKey(Buffer.from(root.certificate.publicKey));
      expect(await other.verify({ publicKey, signatureOnly: true })).toBe(true);
    }
    const der = await buildRequest({ subject: leaf.subject, signer: root.signer });
    const request = new peculiar.Pkcs10CertificateRequest(Buffer.from(der));
    expect(request.subjectName.getField('O')).toEqual(['试验机构']);
    if (algorithm !== 'sm2') expect(await request.verify()).toBe(true);
  });
});

it('reads and verifies a certificate that @peculiar/x509 made', async () => {
  const keys = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, [
    'sign',
    'verify',
  ]);
  const made = await peculiar.X509CertificateGenerator.createSelfSigned({
    serialNumber: '01a2',
    name: 'CN=Test, O=别人',
    keys,
    notBefore: NOW,
    notAfter: new Date('2052-01-01T00:00:00Z'),
    signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' },
    extensions: [
      new peculiar.BasicConstraintsExtension(true, 2, true),
      new peculiar.KeyUsagesExtension(
        peculiar.KeyUsageFlags.keyCertSign | peculiar.KeyUsageFlags.decipherOnly,
        true,
      ),
      new peculiar.SubjectAlternativeNameExtension([{ type: 'url', value: 'http://a.example/' }]),
    ],
  });
  const certificate = Certificate.parse(new Uint8Array(made.rawData));
  expect(certificate.verifiedBy(certificate)).toBe(true);
  expect(certificate.serialNumber).toBe('01a2');
  expect(certificate.keyUsage).toEqual(['keyCertSign', 'decipherOnly']);
  expect(certificate.basicConstraints).toEqual({ ca: true, pathLength: 2 });
  expect(certificate.subjectAltNames).toEqual([{ kind: 'uri', value: 'http://a.example/' }]);
  expect(certificate.notAfter).toEqual(new Date('2052-01-01T00:00:00Z'));
});

function opensslVerifiesSm2(
  put: (name: string, content: string | Uint8Array) => string,
  leaf: Certificate,
  issuer: Certificate,
): boolean {
  const files = [
    '-inkey',
    put('issuer.pub', toPem('PUBLIC KEY', issuer.publicKey)),
    '-in',
    put('tbs', leaf.tbs),
    '-sigfile',
    put('sig', leaf.signature),
  ];
  const options = ['-pubin', '-rawin', '-digest', 'sm3', '-pkeyopt', DISTID];
  return tryOpenssl('pkeyutl', '-verify', ...options, ...files).output.includes('Verified Successfully');
}
