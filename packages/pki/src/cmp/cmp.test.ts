import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { issue, NOW, nameOf, type Party } from '../authority.test-support.ts';
import {
  buildCertRequest,
  buildCmpMessage,
  buildRequest,
  type CmpContent,
  type CmpHeader,
  CmpMessage,
  type CmpStatusInfo,
  checkReply,
  cmpFailures,
  cmpStatuses,
  confirmationHash,
  confirmsImplicitly,
  confirmUntil,
  confirmWaitTime,
  generateSoftwareKey,
  implicitConfirm,
  type KeyAlgorithm,
  keyUsage,
  macProtector,
  PkiError,
  type Protector,
  reasonExtension,
  revocationReason,
  signatureProof,
  signatureProtector,
  softwareSigner,
  verifyProof,
} from '../index.ts';

const secret = Buffer.from('a secret of a test');
const mac = (iterations = 100) => macProtector(secret, Buffer.from('desk'), { iterations });
let ca: Party;

beforeAll(async () => {
  ca = await issue({ name: 'CA', constraints: { ca: true } });
});

const header: CmpHeader = {
  version: 2,
  sender: { kind: 'directoryName', value: nameOf('Desk') },
  recipient: { kind: 'directoryName', value: nameOf('CA') },
  messageTime: NOW,
  transactionId: Buffer.alloc(16, 1),
  senderNonce: Buffer.alloc(16, 2),
  recipientNonce: Buffer.alloc(16, 3),
};

async function sent(
  body: CmpContent,
  more: Partial<CmpHeader> = {},
  protector: Protector | undefined = mac(),
) {
  return CmpMessage.parse(await buildCmpMessage({ header: { ...header, ...more }, body, protector }));
}

const statusInfo: fc.Arbitrary<CmpStatusInfo> = fc.record({
  status: fc.constantFrom(...cmpStatuses),
  text: fc.array(
    fc.string({ unit: 'grapheme' }).filter((text) => text.isWellFormed()),
    { maxLength: 3 },
  ),
  failures: fc.subarray([...cmpFailures]),
});
const requestId = fc.integer({ min: -1, max: 0x7fffffff });
const octets = (max = 40) => fc.uint8Array({ minLength: 1, maxLength: max });
/** Views of the message's octets come out as they went in. */
const plain = (value: unknown): unknown => {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, plain(each)]));
};

describe('what is written is read', () => {
  it.each<[string, fc.Arbitrary<CmpContent>]>([
    [
      'error',
      fc.record({
        kind: fc.constant('error'),
        status: statusInfo,
        details: fc.array(fc.string(), { maxLength: 2 }),
      }),
    ],
    [
      'rp',
      fc.record({ kind: fc.constant('rp'), statuses: fc.array(statusInfo, { minLength: 1, maxLength: 3 }) }),
    ],
    [
      'pollReq',
      fc.record({ kind: fc.constant('pollReq'), ids: fc.array(requestId, { minLength: 1, maxLength: 3 }) }),
    ],
    [
      'pollRep',
      fc.record({
        kind: fc.constant('pollRep'),
        polls: fc.array(
          fc.record({ id: requestId, checkAfter: fc.nat(), reason: fc.array(fc.string(), { maxLength: 2 }) }),
          { minLength: 1, maxLength: 2 },
        ),
      }),
    ],
    [
      'certConf',
      fc.record({
        kind: fc.constant('certConf'),
        confirmations: fc.array(
          fc.oneof(
            fc.record({ id: requestId, certificateHash: octets(64) }),
            fc.record({ id: requestId, certificateHash: octets(64), status: statusInfo }),
          ),
          { minLength: 1, maxLength: 2 },
        ),
      }),
    ],
  ] as [string, fc.Arbitrary<CmpContent>][])('%s', async (_, arbitrary) => {
    await fc.assert(
      fc.asyncProperty(arbitrary, async (body) => {
        expect(plain((await sent(body)).body)).toEqual(plain(body));
      }),
      { numRuns: 60 },
    );
  });

  it('header, with nonces, identifiers and general information', async () => {
    await fc.assert(
      fc.asyncProperty(octets(), octets(), octets(), async (transactionId, senderNonce, recipientNonce) => {
        const until = new Date('2027-03-01T08:00:00Z');
        const generalInfo = [implicitConfirm, confirmUntil(until)];
        const more = { transactionId, senderNonce, recipientNonce, generalInfo, version: 3 as const };
        const { header: read } = await sent({ kind: 'pkiconf' }, more);
        expect(plain({ ...read, ...more })).toEqual(plain(read));
        expect(confirmsImplicitly(read)).toBe(true);
        expect(confirmWaitTime(read)).toEqual(until);
        expect(read.senderKey).toEqual(new Uint8Array(Buffer.from('desk')));
      }),
      { numRuns: 40 },
    );
  });

  it('answers with certificates, and without', async () => {
    const responses = [
      { id: 0, status: { status: 'accepted', text: [], failures: [] }, certificate: ca.certificate.der },
      { id: -1, status: { status: 'waiting', text: ['稍候'], failures: [] } },
    ] as const;
    for (const kind of ['ip', 'cp', 'kup'] as const) {
      const body = { kind, caCertificates: [ca.certificate.der], responses };
      expect(plain((await sent(body)).body)).toEqual(plain(body));
    }
  });

  it('a revocation with its reason', async () => {
    const { issuer, serialNumber } = ca.certificate;
    const entryExtensions = [reasonExtension('cessationOfOperation')];
    const { body } = await sent({
      kind: 'rr',
      revocations: [{ certificate: { issuer, serialNumber }, entryExtensions }],
    });
    if (body.kind !== 'rr') throw new Error(body.kind);
    const [first] = body.revocations;
    expect(first?.certificate.serialNumber).toBe(serialNumber);
    expect(first?.certificate.issuer?.equals(issuer)).toBe(true);
    expect(first && revocationReason(first)).toBe('cessationOfOperation');
  });

  it.each<KeyAlgorithm>(['sm2', 'p256', 'rsa2048'])(
    'a %s request, proved by its key or vouched for',
    async (algorithm) => {
      const signer = softwareSigner(generateSoftwareKey(algorithm).privateKey);
      const template = {
        subject: nameOf('上海示例有限公司'),
        publicKey: signer.publicKey,
        notBefore: NOW,
        notAfter: new Date('2051-01-01T00:00:00Z'),
        extensions: [keyUsage(['digitalSignature'])],
      };
      const oldCertificate = { issuer: ca.certificate.subject, serialNumber: ca.certificate.serialNumber };
      const request = buildCertRequest({ id: 0, template, oldCertificate });
      const proof = await signatureProof(signer, request);
      const { body } = await sent({
        kind: 'kur',
        requests: [
          { request, proof },
          { request, proof: { kind: 'raVerified' } },
        ],
      });
      if (body.kind !== 'kur') throw new Error(body.kind);
      const [proved, vouched] = body.requests;
      if (!proved || !vouched) throw new Error('no requests');
      expect(proved.template.publicKey).toEqual(signer.publicKey);
      expect(proved.template.subject?.equals(template.subject)).toBe(true);
      expect(proved.template.notAfter).toEqual(template.notAfter);
      expect(proved.oldCertificate?.serialNumber).toBe(oldCertificate.serialNumber);
      expect(verifyProof(proved)).toBe(true);
      expect(verifyProof({ ...proved, request: buildCertRequest({ id: 1, template }) })).toBe(false);
      expect(vouched.proof).toEqual({ kind: 'raVerified' });
      expect(verifyProof(vouched)).toBe(false);
    },
  );

  it('a PKCS#10 request, octet for octet', async () => {
    const signer = softwareSigner(generateSoftwareKey('sm2').privateKey);
    const request = await buildRequest({ subject: nameOf('Company'), signer });
    const { body } = await sent({ kind: 'p10cr', request });
    expect(body).toMatchObject({ kind: 'p10cr' });
    expect(body.kind === 'p10cr' && Buffer.compare(body.request, request)).toBe(0);
  });
});

describe('an answer is believed', () => {
  const reply = (more: Partial<CmpHeader> = {}, protector?: Protector) =>
    sent({ kind: 'pkiconf' }, { recipientNonce: Buffer.alloc(16, 9), ...more }, protector);
  const expected = (trust: Parameters<typeof checkReply>[1]['trust'], at = NOW) => ({
    transactionId: Buffer.alloc(16, 1),
    nonce: Buffer.alloc(16, 9),
    trust,
    at,
  });
  const bySecret = expected({ kind: 'mac', secret });

  it.each<KeyAlgorithm>(['sm2', 'p256', 'p384', 'rsa2048'])(
    'by a %s signature of a known signer',
    async (algorithm) => {
      const signer = await issue({ name: 'Signer', algorithm });
      const message = await reply({}, signatureProtector(signer.signer, signer.certificate));
      expect(
        checkReply(message, expected({ kind: 'signature', signers: [ca.certificate, signer.certificate] })),
      ).toBeUndefined();
      expect(checkReply(message, expected({ kind: 'signature', signers: [ca.certificate] }))).toBe(
        'protection',
      );
      expect(checkReply(message, bySecret)).toBe('protection');
      const later = expected(
        { kind: 'signature', signers: [signer.certificate] },
        new Date('2027-02-01T00:00:00Z'),
      );
      expect(checkReply(message, later)).toBe('signer-expired');
      expect(message.header.senderKey).toEqual(signer.certificate.subjectKeyIdentifier);
    },
  );

  it('by a MAC of the shared secret', async () => {
    expect(checkReply(await reply(), bySecret)).toBeUndefined();
    expect(checkReply(await reply(), expected({ kind: 'mac', secret: Buffer.from('another') }))).toBe(
      'protection',
    );
  });

  it('only with its protection, of the kind agreed on, with a bounded amount of work', async () => {
    const bare = CmpMessage.parse(
      await buildCmpMessage({ header, body: { kind: 'pkiconf' }, protector: undefined }),
    );
    expect(checkReply(bare, bySecret)).toBe('unprotected');
    expect(checkReply(await reply({}, mac(99)), bySecret)).toBe('protection');
    expect(checkReply(await reply({}, mac(100_001)), bySecret)).toBe('protection');
  });

  it('only for this transaction and this very message', async () => {
    expect(checkReply(await reply({ transactionId: Buffer.alloc(16, 7) }), bySecret)).toBe('transaction');
    expect(checkReply(await reply({ recipientNonce: Buffer.alloc(16, 8) }), bySecret)).toBe('nonce');
  });

  it('in no other octet than those that were protected', async () => {
    const { der } = await reply();
    for (let at = 0; at < der.length; at += 1) {
      const changed = der.slice();
      changed[at] = (changed[at] ?? 0) ^ 1;
      let refused: unknown;
      try {
        refused = checkReply(CmpMessage.parse(changed), bySecret);
      } catch (error) {
        refused = error;
      }
      expect(refused, `octet ${at}`).toBeDefined();
    }
  });
});

it('names a certificate by the hash of its own signature', async () => {
  const lengths = { sm2: 32, p256: 32, p384: 48, rsa2048: 32 } as const;
  for (const [algorithm, length] of Object.entries(lengths)) {
    const { certificate } = await issue({ name: 'One', algorithm: algorithm as KeyAlgorithm });
    expect(confirmationHash(certificate.der)).toHaveLength(length);
  }
});

it('whatever comes, the parser returns or throws a PkiError', async () => {
  const responses = [
    {
      id: 0,
      status: { status: 'accepted', text: ['x'], failures: ['badAlg'] },
      certificate: ca.certificate.der,
    },
  ] as const;
  const good = await Promise.all([
    sent({ kind: 'cp', caCertificates: [ca.certificate.der], responses }, { generalInfo: [implicitConfirm] }),
    sent({ kind: 'error', status: responses[0].status, details: ['y'] }),
    sent({
      kind: 'ir',
      requests: [
        {
          request: buildCertRequest({
            id: 0,
            template: {
              subject: nameOf('A'),
              notAfter: NOW,
              serialNumber: '01',
              publicKey: ca.signer.publicKey,
            },
          }),
          proof: { kind: 'raVerified' },
        },
      ],
    }),
  ]);
  const use = (input: Uint8Array) => {
    try {
      const message = CmpMessage.parse(input);
      checkReply(message, {
        transactionId: randomBytes(16),
        nonce: randomBytes(16),
        at: NOW,
        trust: { kind: 'signature', signers: [ca.certificate] },
      });
      confirmsImplicitly(message.header);
      confirmWaitTime(message.header);
      if (message.body.kind === 'ir') message.body.requests.map(verifyProof);
    } catch (error) {
      if (!(error instanceof PkiError)) throw error;
    }
  };
  const edit = fc.tuple(fc.nat(), fc.nat(255), fc.nat(2));
  fc.assert(
    fc.property(
      fc.constantFrom(...good),
      fc.array(edit, { minLength: 1, maxLength: 4 }),
      ({ der }, edits) => {
        const octets = [...der];
        for (const [position, value, how] of edits)
          octets.splice(position % octets.length, how === 0 ? 0 : 1, ...(how === 2 ? [] : [value]));
        use(Uint8Array.from(octets));
      },
    ),
    { numRuns: 1500 },
  );
  fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), use), { numRuns: 200 });
});
