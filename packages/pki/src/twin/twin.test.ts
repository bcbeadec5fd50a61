import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { Sm2PrivateKey } from '@certdesk/gm';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { issue } from '../authority.test-support.ts';
import {
  buildCsrResponse,
  der,
  envelopKey,
  openEnvelopedKey,
  PkiError,
  readCsrResponse,
  readDer,
  readEnvelopedKey,
} from '../index.ts';
import { openssl, withFiles } from '../openssl.test-support.ts';

const scalar = (octet: string) => Buffer.from(octet.repeat(32), 'hex');
const signing = Sm2PrivateKey.fromScalar(scalar('11'));
const pair = Sm2PrivateKey.fromScalar(scalar('22'));
const spki = signing.publicKey.toSpki();
const codeOf = (act: () => unknown) => {
  try {
    act();
  } catch (error) {
    if (error instanceof PkiError) return error.code;
    throw error;
  }
  return 'none';
};

/** Made by the openssl command: `pkeyutl -encrypt` for the SM4 key 000102…0f, `enc -sm4-ecb -nopad` for 32 zero octets and D. */
const known = Buffer.from(
  [
    '3082010e300a06082a811ccf550168013079022100e883a4b24817c3d085a0c474fba99c2b301523ec706e79db3a8049',
    '89d9de2fc2022007bc8a387ab88ae78013180ca7cc56a26ed940583a7fd9c971a2897eb9a65dd60420d9710ea9cad943',
    'dca5d949d13c813ba159e9f0f40ab0c31a9dda7691359fca6b0410a99a155eae76991d3b949eca858cbddd0342000444',
    '67e6043f38645e740050f3d6c9d6a0bf6b13d3b57892842be9b75cca3ce884f0b5c27a16795142fa467fe6818cdb393c',
    '95f8e17d28f7e0a6557bbea8d650340341001e9634b770f9aebaa9344f5aff9f82a31e9634b770f9aebaa9344f5aff9f',
    '82a3b3e2efa21b8c7bae3ced3802e56898efb3e2efa21b8c7bae3ced3802e56898ef',
  ].join(''),
  'hex',
);

describe('an enveloped key', () => {
  it('that others made opens', () => {
    expect(openEnvelopedKey(known, signing).toScalar()).toEqual(new Uint8Array(scalar('22')));
  });

  it('opens for the key it is for, and for no other', () => {
    const envelope = envelopKey(pair, spki);
    expect(openEnvelopedKey(envelope, signing).toScalar()).toEqual(pair.toScalar());
    expect(codeOf(() => openEnvelopedKey(envelope, pair))).toBe('malformed-key');
    expect(Buffer.from(envelope).includes(Buffer.from(pair.toScalar()))).toBe(false);
    expect(envelopKey(pair, spki)).not.toEqual(envelope);
  });

  it('is what openssl opens: SM2 for the symmetric key, SM4-ECB for 32 zero octets and D', () => {
    const { wrappedKey, encryptedKey } = readEnvelopedKey(envelopKey(pair, spki));
    withFiles((put) => {
      const key = put('key.der', signing.toPkcs8());
      const symmetric = put('symmetric', '');
      openssl(
        ...['pkeyutl', '-decrypt', '-inkey', key, '-keyform', 'DER'],
        ...['-in', put('wrapped', wrappedKey), '-out', symmetric],
      );
      const cipher = ['enc', '-d', '-sm4-ecb', '-nopad', '-K', readFileSync(symmetric).toString('hex')];
      const plain = execFileSync('openssl', [...cipher, '-in', put('encrypted', encryptedKey)]);
      expect(plain.toString('hex')).toBe('00'.repeat(32) + '22'.repeat(32));
    });
  });

  it('says so when its public key is another one than its private key’s', () => {
    const point = Buffer.from(pair.publicKey.toPoint());
    const envelope = Buffer.from(envelopKey(pair, spki));
    Buffer.from(signing.publicKey.toPoint()).copy(envelope, envelope.indexOf(point));
    expect(codeOf(() => openEnvelopedKey(envelope, signing))).toBe('key-mismatch');
  });

  it('is for SM2 keys alone', async () => {
    const { signer } = await issue({ name: 'x', algorithm: 'p256', constraints: { ca: false } });
    expect(codeOf(() => envelopKey(pair, signer.publicKey))).toBe('unsupported-key');
  });

  it('for any pair comes out as it went in; altered anywhere, it never opens as another', () => {
    const scalars = fc
      .uint8Array({ minLength: 31, maxLength: 31 })
      .map((octets) => Buffer.from([1, ...octets]));
    fc.assert(
      fc.property(scalars, fc.nat(), fc.integer({ min: 1, max: 255 }), (d, at, change) => {
        const key = Sm2PrivateKey.fromScalar(d);
        const envelope = envelopKey(key, spki);
        expect(openEnvelopedKey(envelope, signing).toScalar()).toEqual(new Uint8Array(d));
        const altered = Uint8Array.from(envelope);
        const place = at % altered.length;
        altered[place] = (altered[place] ?? 0) ^ change;
        try {
          expect(openEnvelopedKey(altered, signing).toScalar()).toEqual(new Uint8Array(d));
        } catch (error) {
          if (!(error instanceof PkiError)) throw error;
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe('a CSRResponse', async () => {
  const certificates = await Promise.all(
    ['甲', '乙', '丙'].map(
      async (name) => (await issue({ name, constraints: { ca: false } })).certificate.der,
    ),
  );
  const [one = known, two = known, three = known] = certificates;
  const sorted = (list: readonly Uint8Array[]) =>
    list.map((each) => Buffer.from(each).toString('hex')).sort();
  const envelope = envelopKey(pair, spki);
  const whole = { signCertificates: [one, two], encryptedPrivateKey: envelope, encryptCertificates: [three] };

  it('comes out as it went in, its tags implicit', () => {
    const response = buildCsrResponse(whole);
    const read = readCsrResponse(response);
    expect(read.encryptedPrivateKey).toEqual(envelope);
    expect(read.encryptCertificates).toEqual([three]);
    expect(sorted(read.signCertificates)).toEqual(sorted([one, two]));
    // GM/T 0092: SET, [0] and [1]; openssl sees the envelope's own parts right under [0].
    const outline = withFiles((put) =>
      openssl('asn1parse', '-inform', 'DER', '-in', put('response', response)),
    ).split('\n');
    const under = outline.findIndex((line) => line.includes('d=1') && line.includes('cont [ 0 ]'));
    expect(outline.slice(under + 1, under + 3).map((line) => /d=(\d)/.exec(line)?.[1])).toEqual(['2', '3']);
    expect(outline[under + 2]).toContain('sm4-ecb');
  });

  it.each([
    [true, false],
    [false, true],
    [true, true],
  ])('with explicit tags ([0] %s, [1] %s) is taken as well', (zero, first) => {
    const implicit = readDer(buildCsrResponse(whole), (reader) => {
      const inside = reader.sequence();
      return [inside.next().der, inside.next().der, inside.next().der];
    });
    const [, zeroth = known, last = known] = implicit;
    const response = der.encode(
      der.sequence(
        der.setOf(one),
        zero ? der.explicit(0, envelope) : zeroth,
        first ? der.explicit(1, der.setOf(three)) : last,
      ),
    );
    expect(readCsrResponse(response)).toEqual({
      signCertificates: [one],
      encryptedPrivateKey: envelope,
      encryptCertificates: [three],
    });
  });

  it('may hold a signing certificate alone, and nothing without one', () => {
    const alone = { signCertificates: [one], encryptCertificates: [] };
    expect(readCsrResponse(buildCsrResponse(alone))).toEqual(alone);
    expect(codeOf(() => readCsrResponse(der.encode(der.sequence(der.setOf()))))).toBe('truncated');
    expect(codeOf(() => readCsrResponse(buildCsrResponse({ ...alone, encryptedPrivateKey: one })))).not.toBe(
      'none',
    );
  });

  it('altered in any way is read or refused by its name', () => {
    const response = buildCsrResponse(whole);
    const edit = fc.tuple(fc.nat(response.length - 1), fc.nat(255));
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 3 }), fc.nat(response.length), (edits, end) => {
        const altered = Uint8Array.from(response);
        for (const [at, value] of edits) altered[at] = value;
        for (const input of [altered, altered.subarray(0, end)]) codeOf(() => readCsrResponse(input));
      }),
      { numRuns: 1500 },
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (input) => void codeOf(() => readCsrResponse(input))),
    );
  });
});
