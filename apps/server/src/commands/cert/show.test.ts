import { execFileSync } from 'node:child_process';
import {
  authorityKeyIdentifier,
  basicConstraints,
  buildCertificate,
  buildCrl,
  buildRequest,
  Certificate,
  certificatePolicies,
  crlDistributionPoints,
  DEFAULT_IDENTITY_NUMBER_OIDS,
  type Extension,
  generateSoftwareKey,
  identityNumberExtension,
  type KeyAlgorithm,
  keyIdentifierOf,
  keyUsage,
  Name,
  type Signer,
  softwareSigner,
  subjectKeyIdentifier,
  toPem,
} from '@certdesk/pki';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { fileOf, run, testFolder } from '../commands.test-support.ts';
import type { Report, ReportedCertificate } from './report.ts';

const day = 86_400_000;
/** One moment for all certificates, so that those of equal length end together. */
const begin = Math.floor(Date.now() / 1000) * 1000;
const uscc = '91310000631291289X';

interface Wanted {
  readonly name: string;
  readonly algorithm?: KeyAlgorithm;
  readonly days?: readonly [number, number];
  readonly more?: readonly Extension[];
}

interface Party {
  readonly name: Name;
  readonly signer: Signer;
  readonly der: Uint8Array;
  readonly pem: string;
}

const nameOf = (name: string) =>
  Name.of([
    { type: 'C', value: 'CN' },
    { type: 'O', value: '示例机构' },
    { type: 'CN', value: name },
  ]);

async function issue(
  { name, algorithm = 'sm2', days = [-1, 30], more = [] }: Wanted,
  by?: Party,
): Promise<Party> {
  const signer = softwareSigner(generateSoftwareKey(algorithm).privateKey);
  const subject = nameOf(name);
  const at = (days: number) => new Date(begin + days * day);
  const der = await buildCertificate({
    serialNumber: '4a11ce0042',
    issuer: by?.name ?? subject,
    subject,
    notBefore: at(days[0]),
    notAfter: at(days[1]),
    publicKey: signer.publicKey,
    extensions: [
      authorityKeyIdentifier(keyIdentifierOf((by?.signer ?? signer).publicKey)),
      subjectKeyIdentifier(keyIdentifierOf(signer.publicKey)),
      ...(by
        ? [keyUsage(['digitalSignature', 'nonRepudiation'])]
        : [keyUsage(['keyCertSign', 'cRLSign']), basicConstraints({ ca: true })]),
      ...more,
    ],
    signer: by?.signer ?? signer,
  });
  return { name: subject, signer, der, pem: toPem('CERTIFICATE', der) };
}

const numbers = (value: string) => [
  identityNumberExtension({ kind: 'uscc', value }, DEFAULT_IDENTITY_NUMBER_OIDS),
];

let ca: Party;
let company: Party;

beforeAll(async () => {
  ca = await issue({ name: '示例根', days: [-100, 3000] });
  const more = [
    ...numbers(uscc),
    certificatePolicies([{ oid: '1.2.156.1', cps: 'http://policy.example/' }]),
    crlDistributionPoints(['http://crl.example/a.crl']),
  ];
  company = await issue({ name: '上海示例有限公司', more }, ca);
});

const show = (file: string, ...options: string[]) => run(['cert', 'show', file, ...options]);

async function reportOf(content: string | Uint8Array): Promise<Report> {
  const { out } = await show(await fileOf(content), '--json');
  return JSON.parse(out) as Report;
}

async function certificateOf(content: string | Uint8Array): Promise<ReportedCertificate> {
  const [object] = (await reportOf(content)).objects;
  if (object?.type !== 'certificate') throw new Error('no certificate was shown');
  return object;
}

describe('in plain words', () => {
  test('a company’s certificate, in Chinese', async () => {
    const { code, out, err } = await show(await fileOf(company.pem + ca.pem), '--language', 'zh');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(/^\[1\/2\] 证书：上海示例有限公司\n/);
    for (const said of [
      /证件号码 +统一社会信用代码: 9131 0000 6312 9128 9X（校验位正确），工商，企业，行政区划 310000/,
      /现在有效，还有 (29|30) 天/,
      /用途 +签名证书\n +密钥用法: 数字签名，不可否认（签署文件）/,
      /公钥 +SM2 256 位/,
      /由第 2 张证书的密钥签成，验证通过/,
      /证书策略 +1\.2\.156\.1 {2}http:\/\/policy\.example\//,
      /吊销列表 \(CRL\) +http:\/\/crl\.example\/a\.crl/,
      /1 → 2：每个签名都验证通过，到自签名的根证书为止/,
    ])
      expect(out).toMatch(said);
    expect(out).not.toContain('不寻常');
  });

  test('… and in English', async () => {
    const { out } = await show(await fileOf(company.der), '--language', 'en');
    expect(out).toMatch(/^Certificate: 上海示例有限公司\n/);
    expect(out).toMatch(
      /Unified social credit code: 9131 0000 6312 9128 9X \(check character fits\), industry and commerce, enterprise, division 310000/i,
    );
    expect(out).toMatch(/valid now, (29|30) days left/);
    expect(out).toMatch(/not checked: the issuer’s certificate is not in the file/);
  });

  test('what has run out says since when; what is to come says so', async () => {
    const expired = await issue({ name: 'a', days: [-30, -2.5] }, ca);
    expect((await show(await fileOf(expired.der), '--language', 'en')).out).toMatch(
      /expired on .*, 2 days ago/,
    );
    expect((await show(await fileOf(expired.der), '--language', 'zh')).out).toMatch(
      /已于 .* 过期，至今 2 天/,
    );
    const later = await issue({ name: 'a', days: [5, 30] }, ca);
    expect((await certificateOf(later.der)).validity.state).toBe('not-yet-valid');
  });

  test('a request, whose signature is checked', async () => {
    const request = await buildRequest({
      subject: company.name,
      signer: company.signer,
      extensions: numbers(uscc),
    });
    const { out } = await show(await fileOf(toPem('CERTIFICATE REQUEST', request)), '--language', 'en');
    expect(out).toMatch(/^Certificate request: 上海示例有限公司/);
    expect(out).toContain('made by the key in the request: it holds');
    const changed = Uint8Array.from(request);
    changed[changed.length - 1] = (changed.at(-1) ?? 0) ^ 1;
    const { objects } = await reportOf(changed);
    expect(objects[0]).toMatchObject({
      signature: { state: 'broken' },
      unusual: [{ code: 'request-broken' }],
    });
  });

  test('without a configuration; a broken one is told of and does not stop it', async () => {
    const env = { CERTDESK_CONFIG: await fileOf('{') };
    const { code, out, err } = await run(['cert', 'show', await fileOf(company.der)], env);
    expect(code).toBe(0);
    expect(err).toContain('The usual object identifiers are taken');
    expect(out).toMatch(/unified social credit code/);
  });

  test('with a configuration, its own object identifiers', async () => {
    const oids = [{ kind: 'uscc' as const, oid: '1.2.3.4.5', encoding: 'utf8' as const }];
    const own = await issue(
      { name: 'a', more: [identityNumberExtension({ kind: 'uscc', value: uscc }, oids)] },
      ca,
    );
    const config = { publicOrigin: 'https://desk.example', authority: { identityNumberOids: oids } };
    const env = { CERTDESK_CONFIG: await fileOf(JSON.stringify(config)) };
    const file = await fileOf(own.der);
    const numbersIn = async (env: Record<string, string>) =>
      (JSON.parse((await run(['cert', 'show', file, '--json'], env)).out) as Report).objects[0];
    expect(await numbersIn(env)).toMatchObject({
      identityNumbers: [{ kind: 'uscc', value: uscc, checkDigit: 'fits' }],
    });
    expect(await numbersIn({})).toMatchObject({ identityNumbers: [] });
  });
});

describe('what is unusual', () => {
  const unusual = async (content: string | Uint8Array, place = 0) =>
    (await reportOf(content)).objects[place]?.unusual.map(({ code }) => code);

  test('numbers that are mistyped or no numbers', async () => {
    const of = async (value: string) => unusual((await issue({ name: 'a', more: numbers(value) }, ca)).der);
    expect(await of('913100006312912890')).toEqual(['number-check-digit']);
    expect(await of('12345')).toEqual(['number-form']);
    expect(await of('915500006312912898')).toEqual(['number-check-digit', 'number-division']);
  });

  test('an organisation code that is not the one in the unified code, or mistyped', async () => {
    const of = async (value: string) => {
      const other = { kind: 'organizationCode', value } as const;
      const more = [...numbers(uscc), identityNumberExtension(other, DEFAULT_IDENTITY_NUMBER_OIDS)];
      return unusual((await issue({ name: 'a', more }, ca)).der);
    };
    expect(await of('63129128-9')).toEqual([]);
    expect(await of('66943382-8')).toEqual(['number-differs']);
    expect(await of('63129128-8')).toEqual(['number-check-digit', 'number-differs']);
  });

  test('beside its issuer', async () => {
    const longer = await issue({ name: 'a', days: [-1, 4000] }, ca);
    expect(await unusual(longer.pem + ca.pem)).toEqual(['validity-long', 'outlives-issuer']);
    const under = await issue({ name: 'b' }, company);
    expect(await unusual(under.pem + company.pem)).toEqual(['issuer-no-authority']);
    expect(await unusual(company.pem + company.pem, 1)).toEqual(['twice']);
    const changed = Uint8Array.from(company.der);
    changed[changed.length - 1] = (changed.at(-1) ?? 0) ^ 1;
    expect(await unusual(toPem('CERTIFICATE', changed) + ca.pem)).toEqual(['signature-broken']);
  });

  test('of the file: order and padding', async () => {
    expect((await reportOf(ca.pem + company.pem)).unusual.map(({ code }) => code)).toEqual(['order']);
    expect((await reportOf(Buffer.concat([company.der, Buffer.alloc(3)]))).unusual).toMatchObject([
      { code: 'surplus', details: { octets: 3 } },
    ]);
  });

  test('each remark is one sentence in each language, nothing left to fill', async () => {
    const remarks = (await reportOf(ca.pem + (await issue({ name: 'a', more: numbers('12345') }, ca)).pem))
      .objects;
    const said = remarks.flatMap(({ unusual }) => unusual);
    expect(said.length).toBeGreaterThan(0);
    for (const { zh, en } of said) {
      expect(zh).toMatch(/。$/);
      expect(en).toMatch(/\.$/);
      expect(zh + en).not.toMatch(/[{}]/);
    }
  });
});

describe('by a revocation list', () => {
  const list = (options: { days?: readonly [number, number]; serials?: string[]; by?: Party } = {}) => {
    const { days = [-1, 1], serials = ['4a11ce0042'], by = ca } = options;
    const at = (days: number) => new Date(begin + days * day);
    return buildCrl({
      issuer: by.name,
      authorityKeyIdentifier: keyIdentifierOf(by.signer.publicKey),
      number: 7,
      thisUpdate: at(days[0]),
      nextUpdate: at(days[1]),
      revoked: serials.map((serialNumber) => ({
        serialNumber,
        revocationDate: at(-3),
        reason: 'keyCompromise',
      })),
      signer: by.signer,
    });
  };
  const shownBy = async (crl: Uint8Array, content: string = company.pem + ca.pem) => {
    const options = ['--crl', await fileOf(crl)];
    const file = await fileOf(content);
    const [first] = (JSON.parse((await show(file, ...options, '--json')).out) as Report).objects;
    const { out } = await show(file, ...options, '--language', 'en');
    return { revocation: (first as ReportedCertificate).revocation, out };
  };

  test('what is revoked, since when and why', async () => {
    const { revocation, out } = await shownBy(await list());
    expect(revocation).toMatchObject({
      state: 'revoked',
      reason: 'keyCompromise',
      verified: true,
      why: null,
    });
    expect(out).toMatch(/Revoked\? +yes, on .*: the key is in other hands\n/);
  });

  test('what is not, by a current list that the issuer signed', async () => {
    const { revocation, out } = await shownBy(await list({ serials: ['01'] }));
    expect(revocation).toMatchObject({ state: 'good', verified: true, why: null });
    expect(out).toMatch(/Revoked\? +no, by the list made/);
  });

  test.each<[string, () => Promise<Uint8Array>, object, string?]>([
    ['out of date', () => list({ serials: [], days: [-9, -2] }), { state: 'unknown', why: 'outdated' }],
    ['out of date, but naming it', () => list({ days: [-9, -2] }), { state: 'revoked', verified: true }],
    [
      'of another issuer',
      async () => list({ by: await issue({ name: '别的' }) }),
      { state: 'unknown', why: 'other-issuer' },
    ],
    [
      'of another key of that name',
      async () => list({ by: await issue({ name: '示例根' }) }),
      { state: 'unknown', why: 'other-issuer' },
    ],
    [
      'that was changed',
      async () => (await list()).map((octet, at, all) => (at === all.length - 1 ? octet ^ 1 : octet)),
      { state: 'unknown', why: 'crl-signature', verified: false },
    ],
  ])('a list %s', async (_, crl, expected) => {
    expect((await shownBy(await crl())).revocation).toMatchObject(expected);
  });

  test('without the issuer’s certificate it is said that nobody checked the list', async () => {
    const named = await shownBy(await list(), company.pem);
    expect(named.revocation).toMatchObject({ state: 'revoked', verified: false });
    expect(named.out).toContain('the list’s signature could not be checked');
    const not = await shownBy(await list({ serials: [] }), company.pem);
    expect(not.revocation).toMatchObject({ state: 'unknown', why: 'issuer-absent' });
  });

  test('a list itself, as openssl reads it', async () => {
    const crl = await list({ serials: ['4a11ce0042', '01'] });
    const { objects } = await reportOf(toPem('X509 CRL', crl) + ca.pem);
    expect(objects[0]).toMatchObject({
      type: 'crl',
      state: 'current',
      number: '7',
      signature: { state: 'holds', issuerPlace: 1 },
      unusual: [],
    });
    const file = await fileOf(toPem('X509 CRL', crl));
    const said = execFileSync('openssl', ['crl', '-in', file, '-noout', '-text'], { encoding: 'utf8' });
    const serials = [...said.matchAll(/Serial Number: ([0-9A-F]+)/g)].map(([, serial]) =>
      serial?.toLowerCase(),
    );
    const shown = objects[0]?.type === 'crl' ? objects[0].revoked : [];
    expect(shown.map(({ serialNumber }) => serialNumber)).toEqual(serials);
    expect((await show(file, '--language', 'zh')).out).toMatch(/^吊销列表：示例根\n/);
  });

  test('a file without a list is refused', async () => {
    const file = await fileOf(company.pem);
    expect(await show(file, '--crl', file)).toMatchObject({
      code: 1,
      err: expect.stringContaining('[crl-file-unknown]'),
    });
  });
});

describe('what is no certificate', () => {
  test('is named, in the language asked for, and the exit code says so', async () => {
    const { code, err } = await show(await fileOf('hello'), '--language', 'zh');
    expect(code).toBe(1);
    expect(err).toMatch(/不是证书、证书请求或证书链.*\[certificate-file-unknown\]/);
    expect(await show('/no/such/file', '--language', 'en')).toMatchObject({
      code: 1,
      err: expect.stringMatching(/ENOENT.*\[certificate-file-unreadable\]/),
    });
    expect(await show(await testFolder(), '--language', 'en')).toMatchObject({
      code: 1,
      err: expect.stringContaining('EISDIR'),
    });
  });

  test('a device without end is given up', async () => {
    expect(await show('/dev/zero', '--language', 'en')).toMatchObject({
      code: 1,
      err: expect.stringContaining('[certificate-file-unknown]'),
    });
  });

  test('a private key is never shown; the certificate beside it is', async () => {
    const { privateKey } = generateSoftwareKey('p256');
    const pem = toPem('PRIVATE KEY', privateKey);
    const { code, out } = await show(await fileOf(pem + company.pem), '--language', 'en');
    expect(code).toBe(1);
    expect(out).toMatch(/^\[1\/2\] Private key\n {2}It was not read/);
    expect(out).toContain('[2/2] Certificate: 上海示例有限公司');
    const inner = Buffer.from(privateKey).toString('base64').slice(60, 90);
    expect(out).not.toContain(inner);
  });

  test('a certificate that is broken is named beside those that are not', async () => {
    const broken = toPem(
      'CERTIFICATE',
      company.der.map((octet, at) => (at === 20 ? octet ^ 0x55 : octet)),
    );
    const { objects } = await reportOf(broken + ca.pem);
    expect(objects.map(({ type }) => type)).toEqual(['other', 'certificate']);
    expect(objects[0]).toMatchObject({ what: 'unreadable', reason: expect.any(String) });
  });

  test('what plays tricks with a terminal is made visible', async () => {
    const tricky = await issue({ name: 'a\u001b[2Jb\u202ec\u009bd' }, ca);
    for (const option of ['--json', '--language=en']) {
      const { out } = await show(await fileOf(tricky.der), option);
      expect(out.replaceAll('\n', '')).not.toMatch(/\p{C}/u);
    }
    expect((await certificateOf(tricky.der)).subject.attributes.at(-1)?.value).toBe(
      'a\u001b[2Jb\u202ec\u009bd',
    );
  });

  test('whatever the file is, there is an answer', async () => {
    const pem = company.pem + ca.pem;
    await fc.assert(
      fc.asyncProperty(fc.nat(pem.length - 1), fc.string({ maxLength: 3 }), async (at, text) => {
        const { code, err } = await show(await fileOf(pem.slice(0, at) + text + pem.slice(at + 1)), '--json');
        expect([0, 1]).toContain(code);
        expect(err).not.toMatch(/ at .*\.ts:/);
      }),
      { numRuns: 60 },
    );
  });
});

test.each(['sm2', 'p256', 'p384', 'rsa2048'] as const)('openssl says the same of %s', async (algorithm) => {
  const { pem, der } = await issue({ name: 'openssl', algorithm });
  const file = await fileOf(pem);
  const said = execFileSync(
    'openssl',
    [
      'x509',
      '-in',
      file,
      '-noout',
      '-serial',
      '-dates',
      '-fingerprint',
      '-sha256',
      '-ext',
      'keyUsage',
      '-dateopt',
      'iso_8601',
      '-text',
    ],
    { encoding: 'utf8' },
  );
  const shown = await certificateOf(pem);
  const line = (name: string) => new RegExp(`${name}=(.*)`).exec(said)?.[1] ?? '';
  expect(shown.serialNumber).toBe(line('serial').toLowerCase());
  expect(shown.validity.notBefore).toBe(new Date(line('notBefore')).toISOString());
  expect(shown.validity.notAfter).toBe(new Date(line('notAfter')).toISOString());
  expect(shown.fingerprints.sha256).toBe(line('sha256 Fingerprint').replaceAll(':', '').toLowerCase());
  expect(said).toContain(`Public-Key: (${shown.key.bits} bit)`);
  expect(said).toContain('Certificate Sign, CRL Sign');
  expect(shown.keyUsage).toEqual(['keyCertSign', 'cRLSign']);
  const sm3 = execFileSync('openssl', ['dgst', '-sm3', '-r'], { input: der, encoding: 'utf8' });
  expect(sm3).toContain(shown.fingerprints.sm3);
  expect(Certificate.parse(pem).verifiedBy(Certificate.parse(pem))).toBe(true);
  expect(shown.signature).toMatchObject({ selfSigned: true, state: 'holds' });
});

test('without a file, or with a language that there is not, the usage is shown', async () => {
  expect(await run(['cert', 'show'])).toMatchObject({ code: 2, err: expect.stringContaining('Which file?') });
  expect(await show('a', '--language', 'de')).toMatchObject({
    code: 2,
    err: expect.stringContaining('zh or en'),
  });
});
