import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, test } from 'vitest';
import { issue } from '../authority.test-support.ts';
import { Certificate, certificateRemarks, chainsOf, describeKey, linksOf, roleOf } from '../index.ts';

const root = () => issue({ name: '根', algorithm: 'sm2', constraints: { ca: true } });

test('who signed whom is found whatever the order, up to the root', async () => {
  const top = await root();
  const middle = await issue({ name: '中', constraints: { ca: true } }, top);
  const one = await issue({ name: '一', algorithm: 'rsa2048' }, middle);
  const two = await issue({ name: '二' }, middle);
  const links = linksOf([one, top, two, middle].map(({ certificate }) => certificate));
  expect(links).toEqual([
    { issuer: 3, signature: 'holds' },
    { issuer: 1, signature: 'holds' },
    { issuer: 3, signature: 'holds' },
    { issuer: 1, signature: 'holds' },
  ]);
  expect(chainsOf(links)).toEqual([
    [0, 3, 1],
    [2, 3, 1],
  ]);
});

test('a signature that the issuer’s key did not make is broken; without the issuer nothing is said', async () => {
  const top = await root();
  const leaf = await issue({ name: '公司' }, top);
  const changed = Uint8Array.from(leaf.certificate.der);
  changed[changed.length - 1] = (changed.at(-1) ?? 0) ^ 1;
  expect(linksOf([Certificate.parse(changed), top.certificate])[0]).toEqual({
    issuer: 1,
    signature: 'broken',
  });
  expect(linksOf([leaf.certificate])).toEqual([{ issuer: undefined, signature: undefined }]);
});

test('of two CAs of one name, the one counts whose key signed', async () => {
  const [old, now] = [await root(), await root()];
  const leaf = await issue({ name: '公司' }, now);
  const links = linksOf([leaf, old, now].map(({ certificate }) => certificate));
  expect(links[0]).toEqual({ issuer: 2, signature: 'holds' });
  expect(linksOf([leaf.certificate, old.certificate])[0]).toEqual({
    issuer: undefined,
    signature: undefined,
  });
});

test('issuers in a circle end', async () => {
  const a = await issue({ name: 'a', constraints: { ca: true } });
  const b = await issue({ name: 'b', constraints: { ca: true } }, a);
  const again = await issue({ name: 'a', constraints: { ca: true }, keyOf: a }, b);
  const links = linksOf([b.certificate, again.certificate]);
  expect(links.map(({ issuer }) => issuer)).toEqual([1, 0]);
  expect(chainsOf(links)).toEqual([]);
});

test('hundreds of certificates of one name do not cost their square in checks', async () => {
  const party = await root();
  const strangers = await Promise.all(Array.from({ length: 80 }, () => root()));
  const leaf = await issue({ name: '公司' }, party);
  const certificates = [
    ...strangers.map(({ certificate }) => certificate),
    ...Array(120).fill(leaf.certificate),
  ];
  const unchecked = linksOf(certificates).filter(({ signature }) => signature === 'unsupported');
  expect(unchecked.length).toBeGreaterThan(0);
});

test('what a certificate is for', () => {
  const role = (keyUsage: Certificate['keyUsage'], ca = false) =>
    roleOf({ keyUsage, basicConstraints: { ca } });
  expect(role(['digitalSignature', 'nonRepudiation'])).toBe('signing');
  expect(role(['keyEncipherment', 'dataEncipherment'])).toBe('encryption');
  expect(role(['digitalSignature', 'keyAgreement'])).toBe('both');
  expect(role(['cRLSign'])).toBe('none');
  expect(role(undefined)).toBe('any');
  expect(role(['keyCertSign'], true)).toBe('authority');
});

/** All that a Debian trusts: certificates of 25 years and 40 countries. */
const mozilla = '/usr/share/ca-certificates/mozilla';
const files = (() => {
  try {
    return readdirSync(mozilla);
  } catch {
    return [];
  }
})();

describe.skipIf(files.length === 0)('the roots that this machine trusts', () => {
  const certificates = files.map((file) => Certificate.parse(readFileSync(join(mozilla, file))));

  it('each is read, has a key, and signed itself', () => {
    const links = linksOf(certificates);
    links.forEach((link, own) => {
      expect(link, files[own]).toEqual({ issuer: own, signature: 'holds' });
      expect(describeKey(certificates[own]?.publicKey ?? new Uint8Array())).toMatchObject({ sound: true });
    });
  });

  it('little is unusual about them', () => {
    const codes = new Set(
      certificates.flatMap((each) => certificateRemarks(each, true).map(({ code }) => code)),
    );
    for (const never of [
      'key-weak',
      'key-unsound',
      'serial-negative',
      'validity-reversed',
      'signature-unknown',
    ])
      expect(codes).not.toContain(never);
  });
});
