import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { issue, NOW, type Party } from '../authority.test-support.ts';
import {
  buildCertId,
  buildOcspRequest,
  buildOcspResponse,
  type CertIdHash,
  checkOcspResponse,
  der,
  extendedKeyUsage,
  type KeyAlgorithm,
  namesIssuer,
  type OcspCertStatus,
  type OcspContent,
  ocspErrorResponse,
  ocspNoCheck,
  PkiError,
  parseOcspRequest,
  parseOcspResponse,
  toPem,
} from '../index.ts';
import { openssl, tryOpenssl, withFiles } from '../openssl.test-support.ts';

const hour = 3_600_000;
const later = (hours: number) => new Date(NOW.getTime() + hours * hour);
const algorithms: KeyAlgorithm[] = ['sm2', 'p256', 'rsa2048'];
const hashes: CertIdHash[] = ['sha1', 'sha256', 'sha384', 'sha512', 'sm3'];

interface World {
  readonly ca: Party;
  readonly leaf: Party;
  readonly responder: Party;
}
const worlds = new Map<KeyAlgorithm, World>();
const worldOf = (algorithm: KeyAlgorithm) => worlds.get(algorithm) as World;

const responderOf = (ca: Party, algorithm: KeyAlgorithm, purposes = ['ocspSigning'], notAfter?: Date) =>
  issue(
    {
      name: 'OCSP',
      algorithm,
      usage: ['digitalSignature'],
      more: [extendedKeyUsage(purposes), ocspNoCheck()],
      ...(notAfter && { notAfter }),
    },
    ca,
  );

beforeAll(async () => {
  for (const algorithm of algorithms) {
    const ca = await issue({ name: 'CA', algorithm, constraints: { ca: true } });
    const leaf = await issue({ name: '测试法人', serialNumber: 'f00d' }, ca);
    worlds.set(algorithm, { ca, leaf, responder: await responderOf(ca, algorithm) });
  }
});

function idOf({ ca, leaf }: World, hash?: CertIdHash) {
  return buildCertId(leaf.certificate, ca.certificate, hash);
}

async function answer(world: World, status: OcspCertStatus, more: Partial<OcspContent> = {}) {
  const { responder } = world;
  return buildOcspResponse({
    responses: [{ certId: idOf(world), status, thisUpdate: later(-1), nextUpdate: later(1) }],
    producedAt: later(-1),
    signer: responder.signer,
    certificate: responder.certificate,
    ...more,
  });
}

const good: OcspCertStatus = { status: 'good' };
const statuses: OcspCertStatus[] = [
  good,
  { status: 'revoked', at: later(-20), reason: 'keyCompromise' },
  { status: 'revoked', at: later(-20) },
  { status: 'revoked', at: later(-20), reason: 'certificateHold' },
  { status: 'unknown' },
];

describe('a request', () => {
  it.each(hashes)('names a certificate by %s hashes of its issuer', (hash) => {
    const world = worldOf('p256');
    const { certIds, nonce, signed } = parseOcspRequest(buildOcspRequest([idOf(world, hash)]));
    expect({ nonce, signed }).toEqual({ nonce: undefined, signed: false });
    expect(certIds).toMatchObject([{ hash, serialNumber: 'f00d', der: idOf(world, hash) }]);
    const [id] = certIds;
    expect(id && namesIssuer(id, world.ca.certificate)).toBe(true);
    expect(id && namesIssuer(id, worldOf('sm2').ca.certificate)).toBe(false);
  });

  it('is what openssl sends: several certificates, with a nonce or without', () => {
    const { ca, leaf, responder } = worldOf('p256');
    withFiles((put) => {
      const files = [leaf, responder].map(({ certificate }, at) => put(`${at}.pem`, certificate.toPem()));
      const send = (...more: string[]) => {
        const out = put('request', '');
        const certificates = files.flatMap((file) => ['-cert', file]);
        openssl(
          'ocsp',
          '-issuer',
          put('ca.pem', ca.certificate.toPem()),
          ...certificates,
          '-reqout',
          out,
          ...more,
        );
        return parseOcspRequest(readFileSync(out));
      };
      const withNonce = send('-nonce');
      expect(withNonce.certIds.map(({ serialNumber, hash }) => [serialNumber, hash])).toEqual([
        ['f00d', 'sha1'],
        ['4a11ce0042', 'sha1'],
      ]);
      expect(withNonce.certIds.every((id) => namesIssuer(id, ca.certificate))).toBe(true);
      expect(withNonce.nonce?.length).toBe(16);
      const signing = put('leaf.key', toPem('PRIVATE KEY', leaf.privateKey));
      const without = send('-no_nonce', '-signer', files[0] ?? '', '-signkey', signing);
      expect(without).toMatchObject({ nonce: undefined, signed: true });
    });
  });

  it('is read by openssl', () => {
    const world = worldOf('p256');
    const request = buildOcspRequest([idOf(world, 'sha256')], Buffer.alloc(32, 7));
    withFiles((put) => {
      const text = openssl('ocsp', '-reqin', put('request', request), '-req_text');
      expect(text).toMatch(/Hash Algorithm: sha256[\s\S]*Serial Number: F00D[\s\S]*OCSP Nonce/);
    });
  });

  it.each([
    [1, 'read'],
    [32, 'read'],
    [128, 'read'],
    [0, 'refused'],
    [129, 'refused'],
  ])('with a nonce of %i octets is %s', (octets, how) => {
    const nonce = octetNonce(octets);
    if (how === 'read') {
      expect(parseOcspRequest(requestWith(nonce)).nonce).toEqual(new Uint8Array(octets));
    } else {
      expect(() => parseOcspRequest(requestWith(nonce))).toThrow(
        expect.objectContaining({ code: 'bad-ocsp' }),
      );
    }
  });

  it('is refused with another version, a critical extension that nobody knows, too much, or nothing in it', () => {
    const id = idOf(worldOf('p256'));
    const one = der.sequence(id);
    const outer = (...parts: der.Der[]) => der.encode(der.sequence(der.sequence(...parts)));
    const critical = der.sequence(
      der.sequence(der.oid('1.2.3'), der.boolean(true), der.octetString(der.NULL)),
    );
    const harmless = der.sequence(der.sequence(der.oid('1.2.3'), der.octetString(der.NULL)));
    const refused = (input: Uint8Array) => {
      try {
        parseOcspRequest(input);
        return 'read';
      } catch (error) {
        return (error as PkiError).code;
      }
    };
    expect(refused(outer(der.explicit(0, der.integer(0)), der.sequence(one)))).toBe('read');
    expect(refused(outer(der.explicit(0, der.integer(1)), der.sequence(one)))).toBe('bad-version');
    expect(refused(outer(der.sequence(one), der.explicit(2, harmless)))).toBe('read');
    expect(refused(outer(der.sequence(one), der.explicit(2, critical)))).toBe('bad-ocsp');
    expect(refused(outer(der.sequence(der.sequence(id, der.explicit(0, critical)))))).toBe('bad-ocsp');
    expect(refused(outer(der.sequence()))).toBe('truncated');
    expect(refused(buildOcspRequest(Array.from({ length: 64 }, () => id)))).toBe('read');
    expect(refused(buildOcspRequest(Array.from({ length: 65 }, () => id)))).toBe('too-large');
    expect(refused(new Uint8Array(16_385))).toBe('too-large');
  });

  it('whose hash is not known, or has another length than its hash, names nobody', () => {
    const world = worldOf('p256');
    const named = (oid: string, octets: number) => {
      const part = der.octetString(new Uint8Array(octets));
      const id = der.encode(der.sequence(der.sequence(der.oid(oid)), part, part, der.integer(5)));
      return parseOcspRequest(buildOcspRequest([id])).certIds[0];
    };
    for (const id of [named('1.2.840.113549.2.5', 16), named('1.3.14.3.2.26', 19)]) {
      expect(id).toMatchObject({ hash: undefined });
      expect(id && namesIssuer(id, world.ca.certificate)).toBe(false);
    }
  });
});

const octetNonce = (octets: number) => der.octetString(der.octetString(new Uint8Array(octets)));

function requestWith(nonceValue: der.Der): Uint8Array {
  const nonce = der.sequence(der.sequence(der.oid('1.3.6.1.5.5.7.48.1.2'), nonceValue));
  const list = der.sequence(der.sequence(idOf(worldOf('p256'))));
  return der.encode(der.sequence(der.sequence(list, der.explicit(2, nonce))));
}

describe.each(algorithms)('a response signed with %s', (algorithm) => {
  it.each(statuses)('says $status, $reason', async (status) => {
    const world = worldOf(algorithm);
    const response = parseOcspResponse(await answer(world, status));
    const { ca, leaf } = world;
    const check = { issuer: ca.certificate, at: NOW };
    expect(checkOcspResponse(leaf.certificate, response, check)).toEqual(status);
  });

  it('is what openssl reads, and its signature what openssl verifies', async () => {
    const world = worldOf(algorithm);
    const { ca, leaf, responder } = world;
    const response = await answer(world, statuses[1] ?? good);
    const parsed = parseOcspResponse(response);
    if (parsed.status !== 'successful') throw new Error(parsed.status);
    withFiles((put) => {
      const [file, caFile] = [put('response', response), put('ca.pem', ca.certificate.toPem())];
      const text = openssl('ocsp', '-respin', file, '-resp_text', '-noverify');
      expect(text).toMatch(/Cert Status: revoked[\s\S]*Revocation Reason: keyCompromise/);
      if (algorithm === 'sm2') {
        const certificate = put('responder.pem', responder.certificate.toPem());
        const key = put('responder.pub', openssl('x509', '-in', certificate, '-noout', '-pubkey'));
        const [tbs, signature] = [put('tbs', parsed.basic.tbs), put('signature', parsed.basic.signature)];
        const verify = ['pkeyutl', '-verify', '-pubin', '-inkey', key, '-rawin', '-digest', 'sm3'];
        const how = ['-pkeyopt', 'distid:1234567812345678', '-sigfile', signature, '-in', tbs];
        expect(openssl(...verify, ...how)).toContain('Signature Verified Successfully');
      } else {
        const asked = ['-issuer', caFile, '-cert', put('leaf.pem', leaf.certificate.toPem())];
        const at = String(NOW.getTime() / 1000);
        const long = String(20 * 365 * 86_400); // openssl judges the response by the machine's clock
        const { output } = tryOpenssl(
          ...['ocsp', '-respin', file, ...asked, '-CAfile', caFile, '-attime', at, '-validity_period', long],
        );
        expect(output).toContain('Response verify OK');
        expect(output).toMatch(/leaf\.pem: revoked/);
      }
    });
  });
});

describe('a response proves nothing', () => {
  const ofIt = async (
    input: Uint8Array,
    more: { at?: Date; nonce?: Uint8Array; issuer?: Party; leaf?: Party } = {},
  ) => {
    const { ca, leaf } = worldOf('p256');
    const { at = NOW, nonce } = more;
    const check = { issuer: (more.issuer ?? ca).certificate, at, ...(nonce && { nonce }) };
    return checkOcspResponse((more.leaf ?? leaf).certificate, parseOcspResponse(input), check);
  };
  const unproved = (reason: string) => ({ status: 'unproved', reason });

  it('when it is an error, or about another certificate', async () => {
    const world = worldOf('p256');
    for (const error of [
      'malformedRequest',
      'internalError',
      'tryLater',
      'sigRequired',
      'unauthorized',
    ] as const) {
      expect(parseOcspResponse(ocspErrorResponse(error))).toEqual({ status: error });
      expect(await ofIt(ocspErrorResponse(error))).toEqual(unproved('no-answer'));
    }
    const other = await issue({ name: 'Other', serialNumber: '02' }, world.ca);
    expect(await ofIt(await answer(world, good), { leaf: other })).toEqual(unproved('other-certificate'));
    const issuer = worldOf('rsa2048').ca;
    expect(await ofIt(await answer(world, good), { issuer })).toEqual(unproved('other-certificate'));
  });

  it('before its time, after it, or with another nonce', async () => {
    const world = worldOf('p256');
    const nonce = Buffer.alloc(32, 1);
    expect(await ofIt(await answer(world, good), { at: later(-2) })).toEqual(unproved('not-yet'));
    expect(await ofIt(await answer(world, good), { at: later(1) })).toEqual(unproved('outdated'));
    expect(await ofIt(await answer(world, good, { nonce }), { nonce })).toEqual(good);
    expect(await ofIt(await answer(world, good, { nonce }), { nonce: Buffer.alloc(32, 2) })).toEqual(
      unproved('nonce'),
    );
    expect(await ofIt(await answer(world, good), { nonce })).toEqual(unproved('nonce'));
  });

  it('from a responder that the issuer did not let answer', async () => {
    const world = worldOf('p256');
    const { ca } = world;
    const stranger = await issue({ name: 'CA', constraints: { ca: true } });
    const by = ({ signer, certificate }: Party) => answer(world, good, { signer, certificate });
    expect(await ofIt(await by(await responderOf(ca, 'p256', ['clientAuth'])))).toEqual(
      unproved('responder-may-not'),
    );
    expect(await ofIt(await by(await responderOf(stranger, 'p256')))).toEqual(unproved('responder-may-not'));
    const ended = await responderOf(ca, 'p256', ['ocspSigning'], later(-2));
    expect(await ofIt(await by(ended))).toEqual(unproved('responder-may-not'));
    expect(await ofIt(await answer(world, good, { signer: stranger.signer }))).toEqual(
      unproved('responder-unknown'),
    );
    // The issuer itself may always.
    const responses = [{ certId: idOf(world), status: good, thisUpdate: later(-1), nextUpdate: later(1) }];
    const own = await buildOcspResponse({ responses, producedAt: later(-1), signer: ca.signer });
    expect(await ofIt(own)).toEqual(good);
  });
});

describe('whatever comes', () => {
  it('a response with octets changed is read, or refused with a code; never believed to say something else', async () => {
    const world = worldOf('p256');
    const input = await answer(world, good, { nonce: Buffer.alloc(32) });
    fc.assert(
      fc.property(fc.nat({ max: input.length - 1 }), fc.nat(255), fc.boolean(), (at, value, cut) => {
        const octets = cut ? input.slice(0, at) : input.slice();
        if (!cut) octets[at] = value;
        try {
          const response = parseOcspResponse(octets);
          const check = { issuer: world.ca.certificate, at: NOW };
          const { status } = checkOcspResponse(world.leaf.certificate, response, check);
          expect(['unproved', 'good']).toContain(status);
        } catch (error) {
          if (!(error instanceof PkiError)) throw error;
        }
      }),
      { numRuns: 1500 },
    );
  });

  it('a request with octets changed is read, or refused with a code', () => {
    const input = buildOcspRequest([idOf(worldOf('p256'))], Buffer.alloc(32));
    fc.assert(
      fc.property(fc.nat({ max: input.length - 1 }), fc.nat(255), fc.boolean(), (at, value, cut) => {
        const octets = cut ? input.slice(0, at) : input.slice();
        if (!cut) octets[at] = value;
        try {
          parseOcspRequest(octets);
        } catch (error) {
          if (!(error instanceof PkiError)) throw error;
        }
      }),
      { numRuns: 2000 },
    );
    for (const parse of [parseOcspRequest, parseOcspResponse]) {
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 200 }), (octets) => {
          expect(() => parse(octets)).toThrow(PkiError);
        }),
      );
    }
  });
});
