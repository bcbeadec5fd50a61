import { beforeAll, describe, expect, it } from 'vitest';
import { issue, NOW, type Party } from '../authority.test-support.ts';
import { extendedKeyUsage } from '../certificate/extensions/extended-key-usage.ts';
import { Certificate, type ChainOptions, type ChainResult, checkChain, der, extension } from '../index.ts';

const ca = { ca: true };
let root: Party;
let middle: Party;
let leaf: Party;

beforeAll(async () => {
  root = await issue({ name: 'Root', algorithm: 'sm2', constraints: ca });
  middle = await issue(
    { name: 'Issuing', algorithm: 'p256', constraints: { ca: true, pathLength: 0 } },
    root,
  );
  leaf = await issue(
    { name: 'Company', algorithm: 'rsa2048', more: [extendedKeyUsage(['clientAuth'])] },
    middle,
  );
});

function check(of: Party | Certificate, options: Partial<ChainOptions> = {}): ChainResult {
  const certificate = of instanceof Certificate ? of : of.certificate;
  return checkChain(certificate, {
    intermediates: [middle.certificate],
    roots: [root.certificate],
    at: NOW,
    ...options,
  });
}

function reason(result: ChainResult): string {
  return result.ok ? `ok (${result.chain.length})` : result.reason;
}

function tampered(party: Party, change: (der: Uint8Array) => void): Certificate {
  const copy = party.certificate.der.slice();
  change(copy);
  return Certificate.parse(copy);
}

describe('a chain holds', () => {
  it('from a leaf over the intermediate to the root, whatever stands around', async () => {
    const stranger = await issue({ name: 'Issuing', constraints: ca });
    const result = check(leaf, {
      intermediates: [stranger.certificate, root.certificate, leaf.certificate, middle.certificate],
    });
    expect(result.ok && result.chain.map((each) => each.subject.get('CN'))).toEqual([
      'Company',
      'Issuing',
      'Root',
    ]);
  });

  it('where the root itself is asked about', () => expect(reason(check(root))).toBe('ok (1)'));

  it('over the renewed of two certificates of one CA key', async () => {
    const old = await issue(
      { name: 'Issuing', constraints: ca, keyOf: middle, notAfter: new Date('2026-02-01T00:00:00Z') },
      root,
    );
    expect(reason(check(leaf, { intermediates: [old.certificate, middle.certificate] }))).toBe('ok (3)');
  });

  it('for the whole last second, and not for the next', () => {
    const end = leaf.certificate.notAfter.getTime();
    expect(reason(check(leaf, { at: new Date(end + 999) }))).toBe('ok (3)');
    expect(reason(check(leaf, { at: new Date(end + 1000) }))).toBe('expired');
  });

  it('with self-issued CA certificates not counted by the path length', async () => {
    const top = await issue({ name: 'Top', constraints: { ca: true, pathLength: 0 } });
    const turned = await issue({ name: 'Top', constraints: ca }, top);
    const end = await issue({ name: 'End' }, turned);
    expect(reason(check(end, { intermediates: [turned.certificate], roots: [top.certificate] }))).toBe(
      'ok (3)',
    );
  });
});

describe('a chain fails, and says why:', () => {
  it('unknown issuer', async () => {
    expect(reason(check(leaf, { intermediates: [] }))).toBe('unknown-issuer');
    expect(reason(check(leaf, { roots: [] }))).toBe('unknown-issuer');
    const namesake = await issue({ name: 'Root', algorithm: 'sm2', constraints: ca });
    expect(reason(check(leaf, { roots: [namesake.certificate] }))).toBe('unknown-issuer');
  });

  it('bad signature, in the leaf or above', async () => {
    const broken = tampered(leaf, (octets) => {
      octets[octets.length - 5] = (octets.at(-5) ?? 0) ^ 1;
    });
    expect(reason(check(broken))).toBe('bad-signature');
    const renamed = tampered(leaf, (octets) => {
      const at = Buffer.from(octets).lastIndexOf('Company');
      octets.set(Buffer.from('Compony'), at);
    });
    expect(reason(check(renamed))).toBe('bad-signature');
    const brokenMiddle = tampered(middle, (octets) => {
      octets[octets.length - 5] = (octets.at(-5) ?? 0) ^ 1;
    });
    const result = check(leaf, { intermediates: [brokenMiddle] });
    expect(reason(result)).toBe('bad-signature');
    expect(!result.ok && result.certificate.subject.get('CN')).toBe('Issuing');
  });

  it('validity, of the leaf and of each CA', async () => {
    const early = new Date('2025-12-31T23:59:59Z');
    expect(reason(check(leaf, { at: early }))).toBe('not-yet-valid');
    const shortMiddle = await issue(
      { name: 'Issuing', constraints: ca, keyOf: middle, notAfter: new Date('2026-02-01T00:00:00Z') },
      root,
    );
    const result = check(leaf, { intermediates: [shortMiddle.certificate] });
    expect(reason(result)).toBe('expired');
    expect(!result.ok && result.certificate.subject.get('CN')).toBe('Issuing');
    const shortRoot = await issue({
      name: 'Root',
      constraints: ca,
      keyOf: root,
      notAfter: new Date('2026-02-01T00:00:00Z'),
    });
    expect(reason(check(leaf, { roots: [shortRoot.certificate] }))).toBe('expired');
  });

  it('expired leaf, unless the caller takes one; its CAs must be valid all the same', async () => {
    const old = await issue({ name: 'Old', notAfter: new Date('2026-03-01T00:00:00Z') }, middle);
    expect(reason(check(old))).toBe('expired');
    expect(reason(check(old, { allowExpiredLeaf: true }))).toBe('ok (3)');
    expect(reason(check(old, { allowExpiredLeaf: true, at: new Date('2028-01-01T00:00:00Z') }))).toBe(
      'expired',
    );
  });

  it('a company that signs certificates', async () => {
    const forged = await issue({ name: 'Forged' }, leaf);
    const intermediates = [middle.certificate, leaf.certificate];
    expect(reason(check(forged, { intermediates }))).toBe('not-a-ca');
    const denied = await issue({ name: 'Denied', constraints: { ca: false } }, middle);
    expect(
      reason(
        check(await issue({ name: 'Forged' }, denied), {
          intermediates: [middle.certificate, denied.certificate],
        }),
      ),
    ).toBe('not-a-ca');
  });

  it('an issuer whose key usage allows signing but which is no CA', async () => {
    for (const constraints of [{ ca: false }, undefined]) {
      for (const usage of [['keyCertSign'] as const, undefined]) {
        const pretender = await issue(
          { name: 'Pretender', usage, ...(constraints && { constraints }) },
          root,
        );
        const end = await issue({ name: 'End' }, pretender);
        expect(reason(check(end, { intermediates: [pretender.certificate] }))).toBe('not-a-ca');
      }
    }
  });

  it('an issuer with the right key under another name', async () => {
    const renamed = await issue({ name: 'Renamed', constraints: ca, keyOf: middle }, root);
    expect(reason(check(leaf, { intermediates: [renamed.certificate] }))).toBe('unknown-issuer');
  });

  it('a CA that may not sign certificates', async () => {
    const crlOnly = await issue({ name: 'CRL', constraints: ca, usage: ['cRLSign'] }, root);
    const end = await issue({ name: 'End' }, crlOnly);
    expect(reason(check(end, { intermediates: [crlOnly.certificate] }))).toBe('not-a-ca');
  });

  it('more CAs than the path length allows, or more certificates than the caller does', async () => {
    const extra = await issue({ name: 'Extra', constraints: ca }, middle);
    const end = await issue({ name: 'End' }, extra);
    const intermediates = [middle.certificate, extra.certificate];
    expect(reason(check(end, { intermediates }))).toBe('path-too-long');
    expect(reason(check(leaf, { maxLength: 2 }))).toBe('path-too-long');
  });

  it('unknown critical extensions, unless the caller deals with them', async () => {
    const odd = await issue({ name: 'Odd', more: [extension('1.2.156.999.1', true, der.NULL)] }, middle);
    expect(reason(check(odd))).toBe('unknown-critical-extension');
    expect(reason(check(odd, { understood: ['1.2.156.999.1'] }))).toBe('ok (3)');
    const constrained = await issue(
      {
        name: 'Issuing',
        constraints: ca,
        keyOf: middle,
        more: [extension('2.5.29.30', true, der.sequence())],
      },
      root,
    );
    expect(reason(check(leaf, { intermediates: [constrained.certificate] }))).toBe(
      'unknown-critical-extension',
    );
  });

  it('a leaf for another use', async () => {
    expect(reason(check(leaf, { keyUsage: ['digitalSignature'], extendedKeyUsage: 'clientAuth' }))).toBe(
      'ok (3)',
    );
    expect(reason(check(leaf, { keyUsage: ['digitalSignature', 'keyAgreement'] }))).toBe('wrong-key-usage');
    expect(reason(check(leaf, { extendedKeyUsage: 'serverAuth' }))).toBe('wrong-key-usage');
  });

  it('an outdated signature algorithm', async () => {
    // The same certificate claiming sha1WithRSAEncryption inside and outside, whose OID differs in its last arc.
    const rsaRoot = await issue({ name: 'RSA', algorithm: 'rsa2048', constraints: ca });
    const end = await issue({ name: 'End' }, rsaRoot);
    const sha1 = tampered(end, (octets) => {
      const oid = Buffer.from('2a864886f70d01010b', 'hex');
      const view = Buffer.from(octets.buffer);
      for (let at = view.indexOf(oid); at >= 0; at = view.indexOf(oid, at + 1)) view[at + 8] = 5;
    });
    expect(reason(check(sha1, { roots: [rsaRoot.certificate] }))).toBe('unsupported-algorithm');
  });

  it('too many possible paths, in bounded work', async () => {
    const forger = await issue({ name: 'Loop', constraints: ca });
    const twins = await Promise.all(
      Array.from({ length: 12 }, (_, i) =>
        issue(
          { name: 'Loop', constraints: ca, keyOf: forger, serialNumber: `0${(i + 1).toString(16)}` },
          forger,
        ),
      ),
    );
    const end = await issue({ name: 'End' }, forger);
    const result = check(end, { intermediates: twins.map(({ certificate }) => certificate) });
    expect(reason(result)).toBe('too-many-paths');
  });
});
