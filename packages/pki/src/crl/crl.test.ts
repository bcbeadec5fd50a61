import 'reflect-metadata';
import * as peculiar from '@peculiar/x509';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { issue, NOW, type Party, type PartyOptions } from '../authority.test-support.ts';
import {
  buildCrl,
  CertificateRevocationList,
  type CrlContent,
  type CrlReason,
  checkAgainstCrl,
  crlDistributionPoints,
  der,
  type KeyAlgorithm,
  keyIdentifierOf,
  PkiError,
  type RevokedCertificate,
  softwareSigner,
} from '../index.ts';
import { openssl, tryOpenssl, withFiles } from '../openssl.test-support.ts';

const hour = 3_600_000;
const later = (hours: number) => new Date(NOW.getTime() + hours * hour);
const algorithms: KeyAlgorithm[] = ['sm2', 'p256', 'rsa2048'];

interface World {
  readonly ca: Party;
  readonly leaf: Party;
}
const worlds = new Map<KeyAlgorithm, World>();
const worldOf = (algorithm: KeyAlgorithm) => worlds.get(algorithm) as World;

beforeAll(async () => {
  for (const algorithm of algorithms) {
    const ca = await issue({ name: 'CA', algorithm, constraints: { ca: true } });
    worlds.set(algorithm, { ca, leaf: await leafOf(ca) });
  }
});

const leafOf = (ca: Party, more: Partial<PartyOptions> = {}) =>
  issue({ name: '测试法人', algorithm: 'p256', serialNumber: '00f00d'.slice(2), ...more }, ca);

async function crlOf(ca: Party, more: Partial<CrlContent> = {}): Promise<CertificateRevocationList> {
  const content = {
    issuer: ca.certificate.subject,
    authorityKeyIdentifier: keyIdentifierOf(ca.signer.publicKey),
    number: 7,
    thisUpdate: later(-1),
    nextUpdate: later(24),
    revoked: [],
    ...more,
  };
  return CertificateRevocationList.parse(await buildCrl({ ...content, signer: ca.signer }));
}

const revoked = (more: Partial<RevokedCertificate> = {}): RevokedCertificate => ({
  serialNumber: 'f00d',
  revocationDate: later(-2),
  reason: 'keyCompromise',
  ...more,
});

describe.each(algorithms)('a CRL signed with %s', (algorithm) => {
  it('says what it was made of, and of a certificate what it says', async () => {
    const { ca, leaf } = worldOf(algorithm);
    const entries = [
      revoked({ invalidityDate: later(-30) }),
      revoked({ serialNumber: '80ff', reason: 'certificateHold' }),
      { serialNumber: '01', revocationDate: later(-3), reason: 'unspecified' as const },
    ];
    const crl = await crlOf(ca, { revoked: entries, freshest: ['http://ca.example/delta.crl'] });
    expect(crl).toMatchObject({
      version: 2,
      number: 7n,
      baseNumber: undefined,
      thisUpdate: later(-1),
      nextUpdate: later(24),
      freshest: ['http://ca.example/delta.crl'],
      notUnderstood: [],
    });
    const { reason: _, ...unspecified } = entries[2] as RevokedCertificate;
    expect([...crl.revoked.values()]).toEqual([entries[0], entries[1], unspecified]);
    const check = { issuer: ca.certificate, crl, at: NOW };
    expect(checkAgainstCrl(leaf.certificate, check)).toEqual({ status: 'revoked', entry: entries[0] });
    const other = await leafOf(ca, { serialNumber: '02' });
    expect(checkAgainstCrl(other.certificate, check)).toEqual({ status: 'good' });
  });

  it('is what openssl reads, and its signature what openssl verifies', async () => {
    const { ca } = worldOf(algorithm);
    const crl = await crlOf(ca, {
      revoked: [revoked(), revoked({ serialNumber: '02', reason: 'superseded' })],
    });
    withFiles((put) => {
      const file = put('crl.pem', crl.toPem());
      const text = openssl('crl', '-in', file, '-noout', '-text');
      expect(text).toMatch(/X509v3 CRL Number:\s+7/);
      expect(text).toMatch(
        /Serial Number: F00D[\s\S]*Key Compromise[\s\S]*Serial Number: 02[\s\S]*Superseded/,
      );
      if (algorithm === 'sm2') {
        // The crl command has no way to be told the signer ID.
        const key = put(
          'ca.pem',
          openssl('x509', '-in', put('ca.crt', ca.certificate.toPem()), '-noout', '-pubkey'),
        );
        const [tbs, signature] = [put('tbs', crl.tbs), put('signature', crl.signature)];
        const verify = ['pkeyutl', '-verify', '-pubin', '-inkey', key, '-rawin', '-digest', 'sm3'];
        const how = ['-pkeyopt', 'distid:1234567812345678', '-sigfile', signature, '-in', tbs];
        expect(openssl(...verify, ...how)).toContain('Signature Verified Successfully');
      } else {
        const { output } = tryOpenssl(
          'crl',
          '-in',
          file,
          '-noout',
          '-CAfile',
          put('ca.crt', ca.certificate.toPem()),
        );
        expect(output).toContain('verify OK');
      }
    });
  });
});

describe.each(['p256', 'rsa2048'] as const)('openssl verify with %s', (algorithm) => {
  it('takes a certificate until it is revoked, also by a delta CRL', async () => {
    const { ca, leaf } = worldOf(algorithm);
    // openssl looks for a delta CRL only where certificate or complete CRL say that there is one.
    const freshest = ['http://ca.example/delta.crl'];
    const [clean, withIt] = [
      await crlOf(ca, { freshest }),
      await crlOf(ca, { freshest, revoked: [revoked()] }),
    ];
    const delta = await crlOf(ca, { number: 8, baseNumber: 7, revoked: [revoked()] });
    const back = await crlOf(ca, {
      number: 8,
      baseNumber: 7,
      revoked: [revoked({ reason: 'removeFromCRL' })],
    });
    withFiles((put) => {
      const [caFile, leafFile] = [
        put('ca.crt', ca.certificate.toPem()),
        put('leaf.crt', leaf.certificate.toPem()),
      ];
      const at = String(NOW.getTime() / 1000);
      const verify = (crls: CertificateRevocationList[], ...more: string[]) =>
        tryOpenssl(
          ...['verify', '-attime', at, '-CAfile', caFile, '-crl_check', ...more],
          ...crls.flatMap((crl, index) => ['-CRLfile', put(`${index}.crl`, crl.toPem())]),
          leafFile,
        ).output;
      const deltas = ['-extended_crl', '-use_deltas'];
      expect(verify([clean])).toContain(': OK');
      expect(verify([withIt])).toContain('certificate revoked');
      expect(verify([clean, delta], ...deltas)).toContain('certificate revoked');
      expect(verify([withIt, back], ...deltas)).toContain(': OK');
    });
  });
});

it('is what @peculiar/x509 reads', async () => {
  const { ca } = worldOf('p256');
  const crl = await crlOf(ca, { revoked: [revoked()] });
  const other = new peculiar.X509Crl(Buffer.from(crl.der));
  expect(other.entries.map(({ serialNumber, reason }) => [serialNumber.replace(/^00/, ''), reason])).toEqual([
    ['f00d', peculiar.X509CrlReason.keyCompromise],
  ]);
  expect(other.nextUpdate).toEqual(later(24));
});

describe('a delta CRL', () => {
  it('adds to the complete one and takes out of it', async () => {
    const { ca, leaf } = worldOf('p256');
    const hold = revoked({ reason: 'certificateHold' });
    const [clean, held] = [await crlOf(ca), await crlOf(ca, { revoked: [hold] })];
    const delta = await crlOf(ca, { number: 9, baseNumber: 7, revoked: [hold] });
    const back = await crlOf(ca, {
      number: 9,
      baseNumber: 7,
      revoked: [revoked({ reason: 'removeFromCRL' })],
    });
    const with_ = (crl: CertificateRevocationList, add: CertificateRevocationList) =>
      checkAgainstCrl(leaf.certificate, { issuer: ca.certificate, crl, delta: add, at: NOW });
    expect(with_(clean, delta)).toEqual({ status: 'revoked', entry: hold });
    expect(with_(held, back)).toEqual({ status: 'good' });
    // One of an earlier base, or older than the complete CRL, does not belong to it.
    const apart = { status: 'unproved', reason: 'delta-of-other' };
    expect(with_(clean, await crlOf(ca, { number: 9, baseNumber: 8 }))).toEqual(apart);
    expect(with_(await crlOf(ca, { number: 10 }), delta)).toEqual(apart);
    expect(with_(clean, held)).toEqual(apart);
    const alone = checkAgainstCrl(leaf.certificate, { issuer: ca.certificate, crl: delta, at: NOW });
    expect(alone).toEqual({ status: 'unproved', reason: 'not-complete' });
  });
});

describe('a CRL proves nothing', () => {
  const ofIt = async (
    crl: CertificateRevocationList,
    more: { issuer?: Party; at?: Date; leaf?: Party } = {},
  ) => {
    const { ca, leaf } = worldOf('p256');
    const { issuer = ca, at = NOW } = more;
    return checkAgainstCrl((more.leaf ?? leaf).certificate, { issuer: issuer.certificate, crl, at });
  };
  const unproved = (reason: string) => ({ status: 'unproved', reason });

  it('before its time, after it, or without an end', async () => {
    const { ca } = worldOf('p256');
    const crl = await crlOf(ca);
    expect(await ofIt(crl, { at: later(-2) })).toEqual(unproved('not-yet'));
    expect(await ofIt(crl, { at: later(24) })).toEqual(unproved('outdated'));
    expect(await ofIt(crl, { at: new Date(later(24).getTime() - 1) })).toEqual({ status: 'good' });
  });

  it('of another issuer, of the same name with another key, or signed by somebody else', async () => {
    const { ca } = worldOf('p256');
    const stranger = await issue({ name: 'CA 2', constraints: { ca: true } });
    const namesake = await issue({ name: 'CA', constraints: { ca: true } });
    expect(await ofIt(await crlOf(stranger))).toEqual(unproved('other-issuer'));
    expect(await ofIt(await crlOf(namesake))).toEqual(unproved('other-issuer'));
    const forged = await crlOf(
      { ...ca, signer: namesake.signer },
      {
        authorityKeyIdentifier: keyIdentifierOf(ca.signer.publicKey),
      },
    );
    expect(await ofIt(forged)).toEqual(unproved('crl-signature'));
  });

  it('by a CA that may sign no CRLs', async () => {
    const ca = await issue({ name: 'CA', constraints: { ca: true }, usage: ['keyCertSign'] });
    const leaf = await leafOf(ca);
    expect(await ofIt(await crlOf(ca), { issuer: ca, leaf })).toEqual(unproved('issuer-may-not'));
  });

  it('where it is about other certificates', async () => {
    const { ca } = worldOf('p256');
    const uri = 'http://ca.example/1.crl';
    const pointing = await leafOf(ca, { more: [crlDistributionPoints([uri])] });
    const about = (point: CrlContent['issuingDistributionPoint']) =>
      crlOf(ca, { ...(point && { issuingDistributionPoint: point }) });
    expect(await ofIt(await about({ onlyCaCertificates: true }))).toEqual(unproved('not-about-it'));
    expect(await ofIt(await about({ indirect: true }))).toEqual(unproved('not-about-it'));
    expect(await ofIt(await about({ uris: [uri] }))).toEqual(unproved('not-about-it'));
    expect(await ofIt(await about({ uris: [uri], onlyUserCertificates: true }), { leaf: pointing })).toEqual({
      status: 'good',
    });
  });
});

describe('what is not made', () => {
  it.each<[string, Partial<CrlContent>, string]>([
    ['an end before the beginning', { nextUpdate: later(-1) }, 'bad-validity'],
    ['a negative number', { number: -1 }, 'bad-crl'],
    ['a number over 20 octets', { number: 1n << 159n }, 'bad-crl'],
    ['a delta to a later CRL', { baseNumber: 8 }, 'bad-crl'],
    ['removeFromCRL in a complete CRL', { revoked: [revoked({ reason: 'removeFromCRL' })] }, 'bad-crl'],
    ['a serial number twice', { revoked: [revoked(), revoked()] }, 'bad-crl'],
    ['a serial number that is none', { revoked: [revoked({ serialNumber: '-01' })] }, 'bad-serial-number'],
  ])('%s', async (_, content, code) => {
    await expect(crlOf(worldOf('p256').ca, content)).rejects.toMatchObject({ code });
  });
});

/** A CRL put together by hand, to see what is read that we do not write. */
async function handmade(parts: (algorithm: Uint8Array, issuer: Uint8Array) => der.Der[]) {
  const { ca } = worldOf('p256');
  const { signatureAlgorithm } = await crlOf(ca);
  const tbs = der.encode(der.sequence(...parts(signatureAlgorithm.der, ca.certificate.subject.der)));
  const signature = await softwareSigner(ca.privateKey).sign(tbs);
  return der.encode(der.sequence(tbs, signatureAlgorithm.der, der.bitString(signature)));
}

describe('what real CRLs have', () => {
  const times = [der.time(later(-1)), der.time(later(24))];
  const entry = (...more: der.Der[]) =>
    der.sequence(der.sequence(der.integer(5), der.time(later(-2)), ...more));
  const extensions = (...list: [string, boolean, der.Der][]) =>
    der.sequence(
      ...list.map(([oid, critical, value]) =>
        der.sequence(der.oid(oid), ...(critical ? [der.boolean(true)] : []), der.octetString(value)),
      ),
    );

  it('version 1, an empty list, no next update: read, and without an end believed by nobody', async () => {
    const one = CertificateRevocationList.parse(await handmade((...head) => [...head, ...times, entry()]));
    expect(one.version).toBe(1);
    expect([...one.revoked.keys()]).toEqual(['05']);
    const empty = await handmade((...head) => [der.integer(1), ...head, ...times, der.sequence()]);
    expect(CertificateRevocationList.parse(empty).revoked.size).toBe(0);
    const endless = await handmade((...head) => [der.integer(1), ...head, der.time(later(-1))]);
    const { ca, leaf } = worldOf('p256');
    const crl = CertificateRevocationList.parse(endless);
    expect(checkAgainstCrl(leaf.certificate, { issuer: ca.certificate, crl, at: NOW })).toEqual({
      status: 'unproved',
      reason: 'outdated',
    });
  });

  it.each([
    ['of the list', (critical: der.Der) => [...times, der.explicit(0, critical)]],
    ['of an entry', (critical: der.Der) => [...times, entry(critical)]],
  ])('a critical extension %s that nobody knows: read, and believed by nobody', async (_, rest) => {
    const critical = extensions(['1.2.3.4', true, der.NULL]);
    const crl = CertificateRevocationList.parse(
      await handmade((...head) => [der.integer(1), ...head, ...rest(critical)]),
    );
    const { ca, leaf } = worldOf('p256');
    expect(crl.notUnderstood).toEqual(['1.2.3.4']);
    expect(checkAgainstCrl(leaf.certificate, { issuer: ca.certificate, crl, at: NOW })).toEqual({
      status: 'unproved',
      reason: 'not-understood',
    });
  });

  it.each<[string, string, der.Der[]]>([
    ['version 3', 'bad-version', [der.integer(2)]],
    ['extensions in version 1', 'bad-version', []],
  ])('not %s', async (_, code, version) => {
    const rest = der.explicit(0, extensions(['2.5.29.20', false, der.integer(1)]));
    const input = await handmade((...head) => [...version, ...head, ...times, rest]);
    expect(() => CertificateRevocationList.parse(input)).toThrow(expect.objectContaining({ code }));
  });

  it('not a reason that there is not, a time of the wrong kind, or an entry that stands twice', async () => {
    const bad = (list: der.Der) => handmade((...head) => [der.integer(1), ...head, ...times, list]);
    const seven = entry(extensions(['2.5.29.21', false, der.enumerated(7)]));
    const utc = entry(extensions(['2.5.29.24', false, der.time(NOW)]));
    const item = der.sequence(der.integer(5), der.time(later(-2)));
    const parse = async (list: der.Der) => CertificateRevocationList.parse(await bad(list));
    await expect(parse(seven)).rejects.toMatchObject({ code: 'malformed-extension' });
    await expect(parse(utc)).rejects.toMatchObject({ code: 'malformed-extension' });
    await expect(parse(der.sequence(item, item))).rejects.toMatchObject({ code: 'bad-crl' });
  });
});

describe('whatever comes', () => {
  const reasons: CrlReason[] = ['keyCompromise', 'superseded', 'certificateHold', 'privilegeWithdrawn'];
  it('what is written is read again, however much it is', async () => {
    const { ca } = worldOf('p256');
    const entries = fc.uniqueArray(
      fc.record({
        serialNumber: fc
          .bigInt({ min: 1n, max: (1n << 159n) - 1n })
          .map((n) => n.toString(16))
          .map((hex) => (hex.length % 2 ? `0${hex}` : hex)),
        revocationDate: fc.integer({ min: 0, max: 4_000_000_000 }).map((seconds) => new Date(seconds * 1000)),
        reason: fc.constantFrom(...reasons),
      }),
      { selector: ({ serialNumber }) => serialNumber, maxLength: 40 },
    );
    await fc.assert(
      fc.asyncProperty(entries, fc.bigInt({ min: 0n, max: (1n << 159n) - 1n }), async (list, number) => {
        const crl = await crlOf(ca, { revoked: list, number });
        expect(crl.number).toBe(number);
        expect([...crl.revoked.values()]).toEqual(list);
      }),
      { numRuns: 50 },
    );
  });

  it('a CRL with octets changed is read, or refused with a code; never believed', async () => {
    const { ca, leaf } = worldOf('p256');
    const good = await crlOf(ca, { revoked: [revoked()], freshest: ['http://ca.example/'] });
    const at = fc.nat({ max: good.der.length - 1 });
    fc.assert(
      fc.property(at, fc.nat(255), fc.boolean(), (position, value, cut) => {
        const octets = cut ? good.der.slice(0, position) : good.der.slice();
        if (!cut) octets[position] = value;
        if (Buffer.compare(octets, good.der) === 0) return;
        try {
          const crl = CertificateRevocationList.parse(octets);
          const { status } = checkAgainstCrl(leaf.certificate, { issuer: ca.certificate, crl, at: NOW });
          expect(status).toBe('unproved');
        } catch (error) {
          if (!(error instanceof PkiError)) throw error;
        }
      }),
      { numRuns: 2000 },
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (octets) => {
        expect(() => CertificateRevocationList.parse(octets)).toThrow(PkiError);
      }),
    );
  });
});
