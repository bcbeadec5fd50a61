import { type RegistrationRequest, signedOctets, signedTypes } from '@certdesk/contract';
import {
  buildRequest,
  Certificate,
  generateSoftwareKey,
  type KeyAlgorithm,
  Name,
  softwareSigner,
} from '@certdesk/pki';
import { describe, expect, test } from 'vitest';
import { clock, now, testDesk } from '../authority.test-support.ts';
import { finishOpenIntents } from '../finish-open-intents.ts';
import { addClient, setClientEnabled } from './clients.ts';
import { registrar } from './registrar.ts';

const clientKeys = { sm2: generateSoftwareKey('sm2'), p256: generateSoftwareKey('p256') };
const base64 = (octets: Uint8Array) => Buffer.from(octets).toString('base64');

async function pkcs10(algorithm: KeyAlgorithm = 'sm2') {
  const signer = softwareSigner(generateSoftwareKey(algorithm).privateKey);
  return buildRequest({ subject: Name.of([{ type: 'CN', value: 'anything' }]), signer });
}

async function requestOf(more: Partial<RegistrationRequest> = {}): Promise<RegistrationRequest> {
  return {
    client: 'counter',
    requestId: `r-${Math.random()}`,
    at: now.toISOString(),
    profile: 'entity-signing-sm2',
    request: base64(await pkcs10()),
    entityName: '上海示例贸易有限公司',
    identityNumbers: [{ kind: 'uscc', value: '91310106669433828F' }],
    years: 2,
    ...more,
  };
}

async function sign(
  request: object,
  {
    key = clientKeys.sm2,
    type = signedTypes.registration as (typeof signedTypes)[keyof typeof signedTypes],
  } = {},
) {
  const payload = Buffer.from(JSON.stringify(request));
  const signature = await softwareSigner(key.privateKey).sign(signedOctets(type, payload));
  return { client: 'counter', statement: { payload: base64(payload), signature: base64(signature) } };
}

async function registrationDesk({ dailyLimit = 100, enabled = true, key = clientKeys.sm2 } = {}) {
  const desk = await testDesk();
  await desk.db.transaction().execute(async (tx) => {
    const profiles = ['entity-signing-sm2', 'entity-signing-rsa'];
    const client = { id: 'counter', name: '受理点系统', publicKey: key.publicKey, profiles, dailyLimit };
    await addClient(tx, client, 'test', now);
    if (enabled) await setClientEnabled(tx, 'counter', true, 'test', now);
  });
  const registration = (node: Parameters<typeof registrar>[0]) => registrar(node);
  const used = async () =>
    (await desk.db.selectFrom('registration_usage').select('issued').executeTakeFirst())?.issued ?? 0;
  return { ...desk, used, registrar: registration({ ...desk, clock }), registration };
}

test('a signed request becomes a certificate in force, outside every line, with its chain', async () => {
  const { db, registrar, ca, used } = await registrationDesk();
  const request = await requestOf();
  const { certificate, chain } = await registrar.register(await sign(request));
  const issued = Certificate.parse(certificate);
  expect(issued.verifiedBy(ca.certificate)).toBe(true);
  expect(issued.subject.get('CN')).toBe('上海示例贸易有限公司');
  expect(issued.notAfter.toISOString()).toBe('2029-03-01T08:00:00.000Z');
  expect(chain).toEqual([base64(ca.certificate.der), base64(ca.root.der)]);
  const row = await db.selectFrom('certificate').selectAll().executeTakeFirstOrThrow();
  expect(row).toMatchObject({ state: 'in-force', line_id: null, entity_id: null });
  expect(await used()).toBe(1);
});

test('a P-256 key may sign for a client as well', async () => {
  const { registrar } = await registrationDesk({ key: clientKeys.p256 });
  const answer = await registrar.register(await sign(await requestOf(), { key: clientKeys.p256 }));
  expect(answer.certificate).toBeTruthy();
});

test('a term that would outlive the issuing CA ends with it', async () => {
  const desk = await registrationDesk();
  const late = new Date(desk.ca.certificate.notAfter.getTime() - 86_400_000 * 30);
  const registrar = desk.registration({ ...desk, ...desk.node({ clock: () => late }), clock: () => late });
  const { certificate } = await registrar.register(await sign(await requestOf({ at: late.toISOString() })));
  expect(Certificate.parse(certificate).notAfter).toEqual(desk.ca.certificate.notAfter);
});

describe('the same request again', () => {
  test('gives the same certificate, signed anew or not, and costs nothing', async () => {
    const { registrar, used } = await registrationDesk({ dailyLimit: 1 });
    const request = await requestOf();
    const first = await registrar.register(await sign(request));
    expect(await registrar.register(await sign(request))).toEqual(first);
    const later = { ...request, at: new Date(now.getTime() + 60_000).toISOString() };
    expect(await registrar.register(await sign(later))).toEqual(first);
    expect(await used()).toBe(1);
  });

  test('sent to two nodes at once gives one certificate', async () => {
    const desk = await registrationDesk({ dailyLimit: 1 });
    const nodes = [desk.registrar, desk.registration({ ...desk.node(), clock })];
    const request = await requestOf();
    const answers = await Promise.all(
      [0, 1, 0, 1, 0, 1].map(async (at) => nodes[at]?.register(await sign(request))),
    );
    expect(new Set(answers.map((answer) => answer?.certificate)).size).toBe(1);
    expect(await desk.used()).toBe(1);
  });

  test('after a crash between intent and signature, the certificate is made', async () => {
    const desk = await registrationDesk();
    const dying = desk.node({
      sign: async () => {
        throw new Error('ended');
      },
    });
    const request = await requestOf();
    await expect(desk.registration({ ...dying, clock }).register(await sign(request))).rejects.toThrow(
      'ended',
    );
    const { certificate } = await desk.registrar.register(await sign(request));
    expect(Certificate.parse(certificate).verifiedBy(desk.ca.certificate)).toBe(true);
    const before = new Date(now.getTime() + 1);
    const report = await finishOpenIntents(desk.db, desk.authority, { before, continueCase: async () => {} });
    expect(report.finished).toBe(0);
  });

  test('with other content is refused', async () => {
    const { registrar } = await registrationDesk();
    const request = await requestOf();
    await registrar.register(await sign(request));
    for (const more of [{ years: 1 }, { entityName: '另一家公司' }, { request: base64(await pkcs10()) }]) {
      const refused = registrar.register(await sign({ ...request, ...more }));
      await expect(refused).rejects.toMatchObject({ code: 'request-id-reused' });
    }
  });
});

describe('the daily limit', () => {
  test('holds on two nodes at once, and a refused request leaves nothing behind', async () => {
    const desk = await registrationDesk({ dailyLimit: 5 });
    const nodes = [desk.registrar, desk.registration({ ...desk.node(), clock })];
    const requests = await Promise.all(Array.from({ length: 16 }, async () => sign(await requestOf())));
    const results = await Promise.allSettled(requests.map((request, at) => nodes[at % 2]?.register(request)));
    const refused = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
    expect(refused).toHaveLength(11);
    for (const error of refused) expect(error).toMatchObject({ code: 'client-limit', details: { limit: 5 } });
    expect(await desk.used()).toBe(5);
    expect(await desk.db.selectFrom('issuance_intent').select('id').execute()).toHaveLength(5);
    expect(await desk.db.selectFrom('certificate').select('id').execute()).toHaveLength(5);
  });

  test('begins anew the next day', async () => {
    const desk = await registrationDesk({ dailyLimit: 1 });
    await desk.registrar.register(await sign(await requestOf()));
    await expect(desk.registrar.register(await sign(await requestOf()))).rejects.toMatchObject({
      code: 'client-limit',
    });
    const tomorrow = new Date(now.getTime() + 86_400_000);
    const next = desk.registration({ ...desk, clock: () => tomorrow });
    const request = await requestOf({ at: tomorrow.toISOString() });
    expect((await next.register(await sign(request))).certificate).toBeTruthy();
  });

  test('is not spent by requests that are refused', async () => {
    const { registrar, used } = await registrationDesk({ dailyLimit: 2 });
    const request = await requestOf();
    await registrar.register(await sign(request));
    const again = await requestOf({ request: request.request });
    await expect(registrar.register(await sign(again))).rejects.toMatchObject({ code: 'request-key-used' });
    const years = await sign(await requestOf({ years: 9 }));
    await expect(registrar.register(years)).rejects.toMatchObject({ code: 'term-not-offered' });
    expect(await used()).toBe(1);
  });
});

describe('refused, and nothing is written', () => {
  const minutes = (count: number) =>
    new Date(now.getTime() + count * 60_000 + Math.sign(count)).toISOString();
  const wrong: [string, () => Promise<Awaited<ReturnType<typeof sign>>>, string][] = [
    [
      'a client that does not exist',
      async () => ({ ...(await sign(await requestOf())), client: 'other' }),
      'client-unknown',
    ],
    [
      'a client with U+0000',
      async () => ({ ...(await sign(await requestOf())), client: 'c\0' }),
      'client-unknown',
    ],
    [
      "another key's signature",
      async () => sign(await requestOf(), { key: generateSoftwareKey('sm2') }),
      'signature-invalid',
    ],
    [
      'one structure passed off as another',
      async () => sign(await requestOf(), { type: signedTypes.signIn }),
      'signature-invalid',
    ],
    ['another client inside', async () => sign(await requestOf({ client: 'other' })), 'statement-invalid'],
    ['no JSON of a request', async () => sign({ client: 'counter' }), 'statement-invalid'],
    ['a clock too slow', async () => sign(await requestOf({ at: minutes(-5) })), 'client-clock'],
    ['a clock too fast', async () => sign(await requestOf({ at: minutes(5) })), 'client-clock'],
    [
      'a profile that is not this client’s',
      async () => sign(await requestOf({ profile: 'entity-signing-p256' })),
      'client-profile',
    ],
    [
      'no PKCS#10 request',
      async () => sign(await requestOf({ request: base64(Buffer.from('no request')) })),
      'request-signature',
    ],
    [
      'a request whose signature is wrong',
      async () => sign(await requestOf({ request: await damaged() })),
      'request-signature',
    ],
    [
      'a key of another kind',
      async () => sign(await requestOf({ request: base64(await pkcs10('p256')) })),
      'request-key',
    ],
    [
      'a key of another profile',
      async () => sign(await requestOf({ profile: 'entity-signing-rsa' })),
      'request-key',
    ],
    [
      'control characters in the name',
      async () => sign(await requestOf({ entityName: '公司\0' })),
      'request-invalid',
    ],
    [
      'control characters in the request id',
      async () => sign(await requestOf({ requestId: 'a\0' })),
      'request-invalid',
    ],
    [
      'a name longer than a certificate’s',
      async () => sign(await requestOf({ entityName: '司'.repeat(201) })),
      'statement-invalid',
    ],
    [
      'a number that its encoding cannot hold',
      async () => sign(await requestOf({ identityNumbers: [{ kind: 'uscc', value: '号' }] })),
      'request-invalid',
    ],
    ['more years than any profile has', async () => sign(await requestOf({ years: 10 })), 'term-not-offered'],
  ];

  test.each(wrong)('%s', async (_, make, code) => {
    const { db, registrar, used } = await registrationDesk();
    await expect(registrar.register(await make())).rejects.toMatchObject({ code });
    expect(await db.selectFrom('issuance_intent').select('id').execute()).toEqual([]);
    expect(await used()).toBe(0);
  });

  test('a client that was not enabled, or is no longer', async () => {
    const { db, registrar } = await registrationDesk({ enabled: false });
    const request = await sign(await requestOf());
    await expect(registrar.register(request)).rejects.toMatchObject({ code: 'client-unknown' });
    const enable = (enabled: boolean) =>
      db.transaction().execute((tx) => setClientEnabled(tx, 'counter', enabled, 'test', now));
    await enable(true);
    await registrar.register(request);
    await enable(false);
    await expect(registrar.register(request)).rejects.toMatchObject({ code: 'client-unknown' });
  });

  async function damaged(): Promise<string> {
    const der = Buffer.from(await pkcs10());
    der[der.length - 1] = (der.at(-1) ?? 0) ^ 1;
    return base64(der);
  }
});

test('a bad request beside good ones in one batch takes none of them with it', async () => {
  const { registrar } = await registrationDesk();
  const good = await Promise.all(Array.from({ length: 4 }, async () => sign(await requestOf())));
  const bad = await sign(await requestOf({ years: 10 }));
  const results = await Promise.allSettled(
    [...good, bad, ...good].map((request) => registrar.register(request)),
  );
  expect(results.map(({ status }) => status === 'fulfilled')).toEqual([
    true,
    true,
    true,
    true,
    false,
    true,
    true,
    true,
    true,
  ]);
});

test('managing clients is in the audit log', async () => {
  const { db } = await registrationDesk();
  const rows = await db.selectFrom('audit_event').select(['action', 'subject']).orderBy('id').execute();
  expect(rows).toEqual([
    { action: 'client.added', subject: 'client:counter' },
    { action: 'client.enabled', subject: 'client:counter' },
  ]);
});
