import { Certificate, checkChain, generateSoftwareKey } from '@certdesk/pki';
import { describe, expect, test } from 'vitest';
import { randomId } from '../../platform/random.ts';
import { clock, inTwoYears, intentRequest, now, testCa, testDesk } from '../authority.test-support.ts';
import { findCertificate } from '../certificates.ts';
import { finishOpenIntents } from '../finish-open-intents.ts';
import { readProfiles } from '../profiles.ts';
import { embeddedAuthority } from './embedded.ts';
import { fixedIssuers } from './issuers.ts';
import { signWith } from './signing.ts';

const noCase = async () => {
  throw new Error('no case here');
};

test('an intent becomes a certificate that says what was asked for and chains to the root', async () => {
  const { db, authority } = await testDesk();
  const request = intentRequest();
  const { intentId, serialNumber } = await db
    .transaction()
    .execute((tx) => authority.intend(tx, request, now));
  const issued = await authority.finish(intentId);
  const certificate = Certificate.parse(issued.der);

  expect(certificate.serialNumber).toBe(serialNumber?.replace(/^(00)+/, ''));
  expect(Buffer.from(certificate.publicKey)).toEqual(Buffer.from(request.publicKey));
  expect(certificate.subject.get('CN')).toBe('上海示例贸易有限公司');
  expect(certificate.notBefore.toISOString()).toBe('2027-03-01T07:50:00.000Z');
  expect(certificate.notAfter).toEqual(inTwoYears);
  expect(certificate.keyUsage).toEqual(['digitalSignature', 'nonRepudiation']);
  const [issuer, root] = authority.chain().map((der) => Certificate.parse(der));
  const chain = checkChain(certificate, {
    intermediates: issuer ? [issuer] : [],
    roots: root ? [root] : [],
    at: now,
  });
  expect(chain.ok).toBe(true);
  expect(await findCertificate(db, issued.digest)).toMatchObject({
    state: 'in-force',
    use: 'signing',
    source: 'issued',
  });
});

test('nothing is signed before its intent is committed', async () => {
  const { db, node } = await testDesk();
  const { ca } = await testCa();
  const states: string[] = [];
  const really = signWith(ca, readProfiles());
  const { authority } = node({
    sign: async (order) => {
      const { state } = await db
        .selectFrom('issuance_intent')
        .select('state')
        .where('serial_number', '=', order.serialNumber)
        .executeTakeFirstOrThrow();
      states.push(state);
      return really(order);
    },
  });
  const { intentId } = await db.transaction().execute((tx) => authority.intend(tx, intentRequest(), now));
  await authority.finish(intentId);
  expect(states).toEqual(['intended']);
});

describe('asked twice', () => {
  test('the same request is the same intent and the same certificate', async () => {
    const { db, authority } = await testDesk();
    const request = intentRequest();
    const intend = () => db.transaction().execute((tx) => authority.intend(tx, request, now));
    const [first, second] = [await intend(), await intend()];
    expect(second).toEqual(first);
    const [one, again] = [await authority.finish(first.intentId), await authority.finish(second.intentId)];
    expect(again.digest).toBe(one.digest);
    expect(await intend()).toEqual(first);
  });

  test('the same idempotency key for something else is refused', async () => {
    const { db, authority } = await testDesk();
    const request = intentRequest();
    const intend = (more: object) =>
      db.transaction().execute((tx) => authority.intend(tx, { ...request, ...more }, now));
    await intend({});
    await expect(intend({ requestDigest: '1'.repeat(64) })).rejects.toMatchObject({
      code: 'request-id-reused',
    });
    const { publicKey } = generateSoftwareKey('sm2');
    await expect(intend({ publicKey })).rejects.toMatchObject({ code: 'request-id-reused' });
  });

  test('two nodes that finish one intent at once give one certificate, and its consequences happen once', async () => {
    const { db, authority, node } = await testDesk();
    const other = node().authority;
    const { intentId } = await db
      .transaction()
      .execute((tx) => authority.intend(tx, intentRequest({ caseId: randomId() }), now));
    let consequences = 0;
    const consequence = async () => {
      consequences += 1;
    };
    const answers = await Promise.all(
      [authority, other, authority, other].map((each) => each.finish(intentId, { settle: consequence })),
    );
    expect(new Set(answers.map(({ digest }) => digest)).size).toBe(1);
    expect(consequences).toBe(1);
    expect(await db.selectFrom('certificate').select('id').execute()).toHaveLength(1);
  });

  test('a key pair that has a certificate gets no other one outside a case', async () => {
    const { db, authority } = await testDesk();
    const { publicKey } = generateSoftwareKey('sm2');
    const intend = (more: object) =>
      db.transaction().execute((tx) => authority.intend(tx, intentRequest({ publicKey, ...more }), now));
    const { intentId } = await intend({ caseId: randomId() });
    await authority.finish(intentId);
    await expect(intend({})).rejects.toMatchObject({ code: 'request-key-used' });
    expect(await db.selectFrom('issuance_intent').select('id').execute()).toHaveLength(1);
  });

  test('two requests for one key pair at once: one is refused, whichever node it went to', async () => {
    const { authority, node, db } = await testDesk();
    const other = node();
    const { publicKey } = generateSoftwareKey('sm2');
    const answers = await Promise.allSettled([
      db.transaction().execute((tx) => authority.intend(tx, intentRequest({ publicKey }), now)),
      other.db.transaction().execute((tx) => other.authority.intend(tx, intentRequest({ publicKey }), now)),
    ]);
    const refused = answers.filter((answer) => answer.status === 'rejected');
    expect(refused).toHaveLength(1);
    expect(refused[0]?.reason).toMatchObject({ code: 'request-key-used' });
  });
});

describe('a crash', () => {
  test('between intent and signature: another node finishes it', async () => {
    const { db, node, authority } = await testDesk();
    const dying = node({
      sign: async () => {
        throw new Error('the process ended here');
      },
    });
    const { intentId } = await db
      .transaction()
      .execute((tx) => dying.authority.intend(tx, intentRequest(), now));
    await expect(dying.authority.finish(intentId)).rejects.toThrow('ended here');
    const before = new Date(now.getTime() + 1);
    const report = await finishOpenIntents(db, authority, { before, continueCase: noCase });
    expect(report).toEqual({ finished: 1, failed: [] });
    const { serial_number, state } = await db.selectFrom('certificate').selectAll().executeTakeFirstOrThrow();
    const intent = await db.selectFrom('issuance_intent').selectAll().executeTakeFirstOrThrow();
    expect({ serial_number, state }).toEqual({ serial_number: intent.serial_number, state: 'in-force' });
  });

  test('before the commit: neither certificate nor consequence is there, and the next try makes both', async () => {
    const { db, authority } = await testDesk();
    const { intentId } = await db
      .transaction()
      .execute((tx) => authority.intend(tx, intentRequest({ caseId: randomId() }), now));
    const consequence = async () => {
      throw new Error('the case could not be moved');
    };
    await expect(authority.finish(intentId, { settle: consequence })).rejects.toThrow('could not be moved');
    expect(await db.selectFrom('certificate').select('id').execute()).toEqual([]);
    await authority.finish(intentId, { settle: async () => {} });
    expect(await db.selectFrom('certificate').select('state').execute()).toEqual([{ state: 'issued' }]);
  });

  test('an intent of a case is left to its journey; one that fails does not stop the others', async () => {
    const { db, authority } = await testDesk();
    const caseId = randomId();
    const intents = await db
      .transaction()
      .execute(async (tx) => [
        await authority.intend(tx, intentRequest({ caseId }), new Date(now.getTime() - 2)),
        await authority.intend(tx, intentRequest(), new Date(now.getTime() - 1)),
        await authority.intend(tx, intentRequest(), now),
      ]);
    const asked: unknown[] = [];
    const continueCase = async (...args: unknown[]) => {
      asked.push(args);
      throw new Error('no');
    };
    const report = await finishOpenIntents(db, authority, { before: now, continueCase });
    expect(asked).toEqual([[caseId, intents[0]?.intentId]]);
    expect(report.finished).toBe(1);
    expect(report.failed.map(({ intentId }) => intentId)).toEqual([intents[0]?.intentId]);
    const states = await db.selectFrom('issuance_intent').select('state').orderBy('created_at').execute();
    expect(states.map(({ state }) => state)).toEqual(['intended', 'issued', 'intended']);
  });
});

describe('withdrawing', () => {
  test('what is withdrawn is never signed', async () => {
    const { db, authority } = await testDesk();
    const { intentId } = await db.transaction().execute(async (tx) => {
      const intent = await authority.intend(tx, intentRequest(), now);
      await authority.withdraw(tx, intent.intentId, now);
      await authority.withdraw(tx, intent.intentId, now);
      return intent;
    });
    await expect(authority.finish(intentId)).rejects.toMatchObject({ code: 'case-state' });
    expect(await db.selectFrom('certificate').select('id').execute()).toEqual([]);
  });

  test('what was issued is revoked', async () => {
    const { db, authority } = await testDesk();
    const { intentId } = await db
      .transaction()
      .execute((tx) => authority.intend(tx, intentRequest({ caseId: randomId() }), now));
    await authority.finish(intentId);
    await db.transaction().execute((tx) => authority.withdraw(tx, intentId, now));
    await db.transaction().execute((tx) => authority.withdraw(tx, intentId, now));
    expect(await db.selectFrom('certificate').select(['state', 'revocation_reason']).execute()).toEqual([
      { state: 'revoked', revocation_reason: 'cessationOfOperation' },
    ]);
  });

  test('while it is being signed: the withdrawal wins and the signature is thrown away', async () => {
    const { db, node } = await testDesk();
    const { ca } = await testCa();
    const really = signWith(ca, readProfiles());
    const withdrawn: { intentId?: string } = {};
    const { authority } = node({
      sign: async (order) => {
        await db.transaction().execute((tx) => authority.withdraw(tx, withdrawn.intentId ?? '', now));
        return really(order);
      },
    });
    const { intentId } = await db.transaction().execute((tx) => authority.intend(tx, intentRequest(), now));
    withdrawn.intentId = intentId;
    await expect(authority.finish(intentId)).rejects.toMatchObject({ code: 'case-state' });
    expect(await db.selectFrom('certificate').select('id').execute()).toEqual([]);
  });

  test('racing with the finish: revoked or never issued, but never in use', async () => {
    const { db, authority, node } = await testDesk();
    const other = node();
    for (let round = 0; round < 10; round += 1) {
      const { intentId } = await db
        .transaction()
        .execute((tx) => authority.intend(tx, intentRequest({ caseId: randomId() }), now));
      const [finished] = await Promise.allSettled([
        authority.finish(intentId, {}),
        other.db.transaction().execute((tx) => other.authority.withdraw(tx, intentId, now)),
      ]);
      const intent = await db
        .selectFrom('issuance_intent')
        .select('state')
        .where('id', '=', intentId)
        .executeTakeFirstOrThrow();
      const certificate = await db
        .selectFrom('certificate')
        .select('state')
        .where('id', '=', intentId)
        .executeTakeFirst();
      const issued = finished.status === 'fulfilled';
      expect([intent.state, certificate?.state]).toEqual(
        issued ? ['issued', 'revoked'] : ['withdrawn', undefined],
      );
    }
  });
});

describe('refused before it is written down', () => {
  test.each([
    ['a key of another kind', { publicKey: generateSoftwareKey('p256').publicKey }, 'request-key'],
    ['a key that is no point of its curve', { publicKey: offCurve() }, 'request-key'],
    [
      'a number of no kind that the profile has',
      { numbers: [{ kind: 'passport', value: '1' }] },
      'request-invalid',
    ],
    ['a number given twice', { numbers: [uscc(), uscc()] }, 'request-invalid'],
    ['an end beyond the issuing CA', { notAfter: '2099-01-01T00:00:00.000Z' }, 'term-not-offered'],
    ['an end in the past', { notAfter: '2027-01-01T00:00:00.000Z' }, 'term-not-offered'],
  ])('%s', async (_, { publicKey, numbers, notAfter }: Wrong, code) => {
    const { db, authority } = await testDesk();
    const request = intentRequest(publicKey && { publicKey });
    const content = {
      ...request.content,
      ...(numbers && { identityNumbers: numbers as never }),
      ...(notAfter && { notAfter }),
    };
    const refused = db.transaction().execute((tx) => authority.intend(tx, { ...request, content }, now));
    await expect(refused).rejects.toMatchObject({ code });
    expect(await db.selectFrom('issuance_intent').select('id').execute()).toEqual([]);
  });

  test('a profile that is not configured', async () => {
    const { db, authority } = await testDesk();
    const refused = db
      .transaction()
      .execute((tx) => authority.intend(tx, intentRequest({ profile: 'server' }), now));
    await expect(refused).rejects.toMatchObject({ code: 'authority-unavailable' });
  });

  interface Wrong {
    publicKey?: Uint8Array;
    numbers?: { kind: string; value: string }[];
    notAfter?: string;
  }

  function uscc() {
    return { kind: 'uscc', value: '91310106669433828F' };
  }

  function offCurve(): Uint8Array {
    const spki = Uint8Array.from(generateSoftwareKey('sm2').publicKey);
    const last = spki.length - 1;
    spki[last] = (spki[last] ?? 0) ^ 1;
    return spki;
  }
});

test.each(['p256', 'rsa'] as const)('a %s authority issues for keys of its profiles', async (algorithm) => {
  const { db } = await testDesk();
  const { ca } = await testCa(algorithm);
  const authority = embeddedAuthority({
    db,
    issuers: fixedIssuers([ca], clock),
    profiles: readProfiles(),
    clock,
  });
  const { intentId } = await db
    .transaction()
    .execute((tx) => authority.intend(tx, intentRequest({ algorithm: 'p256' }), now));
  const issued = await authority.finish(intentId);
  expect(Certificate.parse(issued.der).verifiedBy(ca.certificate)).toBe(true);
});
