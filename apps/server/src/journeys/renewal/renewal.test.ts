import { type RenewalOffer, type SignedOrder, signedTypes } from '@certdesk/contract';
import { Certificate, certificateDigest, generateSoftwareKey, keyAlgorithmOf } from '@certdesk/pki';
import { beforeEach, describe, expect, test } from 'vitest';
import { auditPublicKeyFile, readAuditPublicKey } from '../../audit/key.ts';
import { verifyAudit } from '../../audit/verify.ts';
import { revoke } from '../../authority/certificates.ts';
import {
  Assistant,
  type Browser,
  type Company,
  codeOf,
  openTestDesk,
  orderOf,
  type TestDesk,
} from '../../desk.test-support.ts';
import { orderOfCase, seen } from '../../reissue/reissue.test-support.ts';
import { openRenewal, orderRenewal, presentCase } from './renewal.test-support.ts';

let world: TestDesk;
let company: Company;
let browser: Browser;
const day = 86_400_000;

beforeEach(async () => {
  world = await openTestDesk();
  company = await world.company();
  browser = world.browser();
  await browser.signIn(company);
});

const passed = (ms: number) => {
  world.time = new Date(world.time.getTime() + ms);
};

const opened = (by = browser) => openRenewal(by);
const ordered = (by = browser, years = 2) => orderRenewal(by, years);
const order = (id: string, by = browser) => orderOfCase(by, id);
const present = (id: string, by = browser) => presentCase(by, id);

async function writing(by = browser): Promise<Assistant> {
  const { id } = await ordered(by);
  const assistant = new Assistant(world.desk, await order(id, by));
  expect(await assistant.take()).toBe('ordered');
  return assistant;
}

async function states(): Promise<Record<string, string>> {
  const rows = await world.db.selectFrom('certificate').select(['digest', 'state']).execute();
  return Object.fromEntries(rows.map(({ digest, state }) => [digest, state]));
}

describe('a renewal’s new pair', () => {
  test.each(['p256', 'p384', 'rsa2048', 'rsa3072'] as const)(
    'is of the old certificate’s kind: %s',
    async (algorithm) => {
      company = await world.company({ algorithm });
      browser = world.browser();
      await browser.signIn(company);
      const assistant = await writing();
      expect(assistant.order.algorithm).toBe(algorithm);
      const sm2 = generateSoftwareKey('sm2');
      expect(await codeOf(assistant.certify(company, sm2))).toBe('request-key');
      const fresh = await assistant.certify(company);
      expect(await assistant.prove(fresh)).toBe('proved');
      expect(keyAlgorithmOf(Certificate.parse(fresh.certificate).publicKey)).toBe(algorithm);
      expect(await codeOf(world.browser().signIn(fresh))).toBe('done');
    },
  );

  test('is not promised where the desk issues for no such kind of key: nothing is begun', async () => {
    const { renewal } = world.configuration;
    world = await openTestDesk({ renewal: { ...renewal, profiles: { sm2: 'entity-signing-sm2' } } });
    company = await world.company({ algorithm: 'p256' });
    browser = world.browser();
    await browser.signIn(company);
    const { renewable, agreement } = await browser.get<RenewalOffer>('/renewal');
    expect(renewable).toBe('key-kind');
    const { version, digest } = agreement;
    expect(await codeOf(browser.post('/renewal', { agreement: { version, digest } }))).toBe(
      'renewal-key-kind',
    );
    expect(await world.db.selectFrom('desk_case').select('id').execute()).toEqual([]);
  });

  test('stays what it was when the case was opened, whatever the configuration says later', async () => {
    const { id } = await ordered();
    const { renewal } = world.configuration;
    Object.assign(world.configuration, {
      renewal: { ...renewal, profiles: { sm2: 'entity-signing-p256' } },
    });
    const assistant = new Assistant(await world.node(), await order(id));
    await assistant.take();
    expect(assistant.order.algorithm).toBe('sm2');
    const { certificate } = await assistant.certify(company);
    expect(keyAlgorithmOf(Certificate.parse(certificate).publicKey)).toBe('sm2');
  });
});

describe('the way of a renewal', () => {
  test('from agreement to a key that signs with the new certificate alone', async () => {
    const { id, terms, next } = await opened();
    expect(next).toBe('confirm');
    expect(terms.map(({ years }) => years)).toEqual([1, 2, 3]);
    const assistant = await writingOf(id);
    const fresh = await assistant.certify(company);
    // Nothing has happened to the old one yet: the key is never without a certificate that works.
    expect(await states()).toMatchObject({ [company.digest]: 'in-force', [fresh.digest]: 'issued' });
    expect(await codeOf(world.browser().signIn(fresh))).toBe('certificate-not-usable');

    expect(await assistant.prove(fresh)).toBe('proved');
    expect(await states()).toMatchObject({ [company.digest]: 'superseded', [fresh.digest]: 'in-force' });
    expect(await assistant.finish()).toBe('done');

    const done = await present(id);
    expect(done).toMatchObject({ state: 'done', open: false, canCancel: false, leftovers: false });
    expect(done.newCertificate?.digest).toBe(fresh.digest);
    expect(done.history.map(({ to }) => to)).toEqual([
      'registry-silent',
      'checking',
      'confirmed',
      'ordered',
      'issuing',
      'issued',
      'proved',
      'done',
    ]);
    const [old, renewed] = [company, fresh].map(({ certificate }) => Certificate.parse(certificate));
    expect(renewed?.subject.equals(old?.subject ?? renewed.subject)).toBe(true);
    const end = new Date(old?.notAfter ?? 0);
    end.setUTCFullYear(end.getUTCFullYear() + 2);
    expect(renewed?.notAfter).toEqual(end);
    expect(await codeOf(world.browser().signIn(fresh))).toBe('done');
    expect(await codeOf(world.browser().signIn(company))).toBe('certificate-superseded');
  });

  async function writingOf(id: string): Promise<Assistant> {
    const { comparison } = await present(id);
    await browser.post(`/cases/${id}/confirmations`, seen(comparison));
    await browser.post(`/cases/${id}/term`, { years: 2 });
    const assistant = new Assistant(world.desk, await order(id));
    await assistant.take();
    return assistant;
  }

  test('every answer that was lost is asked for again and is the same', async () => {
    const assistant = await writing();
    const { id } = assistant.order.case;
    const key = generateSoftwareKey('sm2');
    const { body } = await assistant.requestFor(company, key);
    const first = await assistant.call<{ certificate: string }>('/orders/certificate', body);
    expect(await assistant.call('/orders/certificate', body)).toEqual(first);
    const fresh = await assistant.certify(company, key);
    expect(fresh.digest).toBe(certificateDigest(Buffer.from(first.certificate, 'base64')));
    const challenge = await assistant.call('/orders/proof-challenge', {});
    expect(await assistant.call('/orders/proof-challenge', {})).toEqual(challenge);
    expect(await assistant.prove(fresh)).toBe('proved');
    expect(await assistant.prove(fresh)).toBe('proved');
    expect(await assistant.certify(company, key)).toMatchObject({ digest: fresh.digest });
    expect(await assistant.finish()).toBe('done');
    const issued = await world.db
      .selectFrom('issuance_intent')
      .selectAll()
      .where('case_id', '=', id)
      .execute();
    expect(issued).toHaveLength(1);
  });

  test('two requests at once, on two nodes, give one certificate', async () => {
    const assistant = await writing();
    const second = await world.node();
    const other = new Assistant(second, assistant.signed);
    other.token = assistant.token;
    const key = generateSoftwareKey('sm2');
    const [one, two] = await Promise.all([assistant.certify(company, key), other.certify(company, key)]);
    expect(one.digest).toBe(two.digest);
    expect(Object.values(await states()).filter((state) => state === 'issued')).toHaveLength(1);
  });

  test('a key that loses its new pair gets another certificate, three times, then a person looks', async () => {
    const assistant = await writing();
    const { id } = assistant.order.case;
    const issued: Company[] = [];
    for (let time = 0; time < 4; time += 1) issued.push(await assistant.certify(company));
    expect(issued.map(({ digest }) => digest)).toHaveLength(4);
    const after = await states();
    expect(issued.map(({ digest }) => after[digest])).toEqual(['revoked', 'revoked', 'revoked', 'issued']);
    expect(await codeOf(assistant.certify(company))).toBe('issuing-attention');
    expect(await present(id)).toMatchObject({ state: 'attention', next: 'service-point', canCancel: true });
    const end = await states();
    expect(issued.map(({ digest }) => end[digest])).toEqual(Array(4).fill('revoked'));
    expect(end[company.digest]).toBe('in-force');
  });
});

describe('a number that the certificate lacks', () => {
  const fund = { kind: 'housingFund', value: '100288375512' } as const;
  const tax = { kind: 'taxRegistration', value: '310106669433828' } as const;

  test('is taken in, or left out, in the same step, and signed as it was decided', async () => {
    world.register = (numbers) => ({ numbers: [...numbers, fund, tax] });
    const { id, comparison } = await openRenewal(browser);
    const undecided = { ...seen(comparison), declined: [] };
    expect(await codeOf(browser.post(`/cases/${id}/confirmations`, undecided))).toBe('numbers-undecided');
    // Old codes are not asked for where the configuration does not say so.
    const wanted = { ...seen(comparison, ['housingFund']), added: ['housingFund', 'taxRegistration'] };
    expect(await codeOf(browser.post(`/cases/${id}/confirmations`, wanted))).toBe('number-not-offered');
    await browser.post(`/cases/${id}/confirmations`, seen(comparison, []));
    await browser.post(`/cases/${id}/term`, { years: 1 });
    // Decided again before anything is written: the order of the former decision is closed, the term is chosen anew.
    const before = new Assistant(world.desk, await orderOfCase(browser, id));
    await before.take();
    await browser.post(`/cases/${id}/confirmations`, seen(comparison, ['housingFund']));
    expect(await codeOf(before.certify(company))).toBe('order-token');
    await browser.post(`/cases/${id}/term`, { years: 1 });
    const assistant = new Assistant(world.desk, await orderOfCase(browser, id));
    await assistant.take();
    expect(assistant.order.confirmed.added).toEqual([fund]);
    const fresh = await assistant.certify(company);
    await assistant.prove(fresh);
    await assistant.finish();
    const shown = await presentCase(browser, id);
    expect(shown).toMatchObject({ state: 'done', added: [fund], declined: [] });
    expect(shown.newCertificate?.identityNumbers).toEqual([...shown.certificate.identityNumbers, fund]);
  });
});

describe('what is not signed as it should be issues nothing', () => {
  test.each([
    ['another origin', { origin: 'https://evil.example' }],
    ['another order', { order: '6f166775-1f94-445e-9b57-a1d79a64f0e8' }],
    ['another case', { case: '6f166775-1f94-445e-9b57-a1d79a64f0e8' }],
    ['another nonce', { nonce: 'A'.repeat(43) }],
    ['another request', { request: '0'.repeat(64) }],
    ['another term', { confirmed: undefined }],
  ])('a statement about %s', async (what, change) => {
    const assistant = await writing();
    const confirmed = { ...assistant.order.confirmed, years: 3 };
    const wrong = what === 'another term' ? { confirmed } : change;
    expect(await codeOf(assistant.certify(company, generateSoftwareKey('sm2'), wrong))).toBe(
      'statement-invalid',
    );
    expect(await world.db.selectFrom('issuance_intent').selectAll().execute()).toEqual([]);
  });

  test('a statement by another key, or of another type', async () => {
    const assistant = await writing();
    const stranger = await world.company();
    const { body } = await assistant.requestFor(company);
    const payload = JSON.parse(Buffer.from(body.statement.payload, 'base64').toString());
    for (const statement of [
      await stranger.sign(signedTypes.renewal, payload),
      await company.sign(signedTypes.proof, payload),
    ]) {
      expect(await codeOf(assistant.call('/orders/certificate', { ...body, statement }))).toBe(
        'signature-invalid',
      );
    }
  });

  test('a request whose signature is wrong, whose key is another kind, or was certified before', async () => {
    const assistant = await writing();
    const { body } = await assistant.requestFor(company);
    const der = Buffer.from(body.request, 'base64');
    der[der.length - 1] = (der.at(-1) ?? 0) ^ 1;
    const broken = { ...body, request: der.toString('base64') };
    expect(await codeOf(assistant.call('/orders/certificate', broken))).toBe('request-signature');
    const p256 = await assistant.requestFor(company, generateSoftwareKey('p256'));
    expect(await codeOf(assistant.call('/orders/certificate', p256.body))).toBe('request-key');
    const key = generateSoftwareKey('sm2');
    const other = world.browser();
    const second = await world.company();
    await other.signIn(second);
    const elsewhere = await writing(other);
    await elsewhere.certify(second, key);
    expect(await codeOf(assistant.certify(company, key))).toBe('request-key-used');
  });

  test('an old certificate that was revoked while the case was open', async () => {
    const assistant = await writing();
    const { id } = await world.db
      .selectFrom('certificate')
      .select('id')
      .where('digest', '=', company.digest)
      .executeTakeFirstOrThrow();
    await world.db.transaction().execute((tx) => revoke(tx, id, 'keyCompromise', world.time));
    // Whether the job has not ended the case yet, ends it at this moment, or has ended it, and with it the order.
    const refused = ['certificate-revoked', 'case-state', 'order-token'];
    expect(refused).toContain(await codeOf(assistant.certify(company)));
    expect(Object.values(await states())).toEqual(['revoked']);
  });

  test('a proof with another nonce, certificate, key or type proves nothing', async () => {
    const assistant = await writing();
    const fresh = await assistant.certify(company);
    expect(await codeOf(assistant.prove(fresh, { nonce: 'A'.repeat(43) }))).toBe('statement-invalid');
    expect(await codeOf(assistant.prove(fresh, { certificate: company.digest }))).toBe('statement-invalid');
    expect(await codeOf(assistant.prove(company, { certificate: fresh.digest }))).toBe('signature-invalid');
    expect(await codeOf(assistant.prove(fresh, {}, signedTypes.signIn))).toBe('signature-invalid');
    expect(await states()).toMatchObject({ [company.digest]: 'in-force', [fresh.digest]: 'issued' });
  });
});

describe('an order', () => {
  test('forged, stale, replayed or taken by another is worth nothing', async () => {
    const { id } = await ordered();
    const signed = await order(id);
    const payload = Buffer.from(JSON.stringify({ ...orderOf(signed), algorithm: 'p256' })).toString('base64');
    expect(await codeOf(new Assistant(world.desk, { ...signed, payload }).take())).toBe('order-forged');
    const other = { ...signed, signature: (await order(id)).signature };
    expect(await codeOf(new Assistant(world.desk, other).take())).toBe('order-forged');

    const assistant = new Assistant(world.desk, signed);
    const attempt = 'A'.repeat(43);
    await assistant.take(attempt);
    const token = assistant.token;
    // The answer was lost: the same attempt asks again, and only it.
    await assistant.take(attempt);
    expect(assistant.token).not.toBe(token);
    expect(await codeOf(new Assistant(world.desk, signed).take())).toBe('order-used');

    const late = new Assistant(world.desk, await order(id));
    passed(301_000);
    expect(await codeOf(late.take())).toBe('order-stale');
  });

  test('renewed while a clerk reads it is the same with another nonce; the one before is worth nothing', async () => {
    const { id } = await ordered();
    const signed = await order(id);
    passed(240_000);
    const waiting = new Assistant(world.desk, signed);
    const renewed = await waiting.call<SignedOrder>('/orders/renew', { order: signed });
    const { nonce, issuedAt, ...rest } = orderOf(renewed);
    const { nonce: before, issuedAt: __, ...same } = orderOf(signed);
    expect(rest).toEqual(same);
    expect(nonce).not.toBe(before);
    passed(240_000);
    expect(await codeOf(waiting.take())).toBe('order-unknown');
    expect(await new Assistant(world.desk, renewed).take()).toBe('ordered');
  });

  test('taken up again elsewhere ends the token of the one before', async () => {
    const assistant = await writing();
    const { id } = assistant.order.case;
    const again = new Assistant(world.desk, await order(id));
    await again.take();
    expect(await codeOf(assistant.certify(company))).toBe('order-token');
    expect(await codeOf(again.certify(company))).toBe('done');
  });

  test('a token that is not used for an hour is worth nothing', async () => {
    const assistant = await writing();
    passed(61 * 60_000);
    expect(await codeOf(assistant.certify(company))).toBe('order-token');
  });

  test('no token, a made-up token, another case’s: nothing', async () => {
    const assistant = await writing();
    assistant.token = '';
    expect(await codeOf(assistant.certify(company))).toBe('order-token');
    assistant.token = 'x'.repeat(43);
    expect(await codeOf(assistant.certify(company))).toBe('order-token');
  });
});

describe('the register', () => {
  test('that says otherwise ends the case with what differs', async () => {
    world.register = () => ({ name: '另一家公司' });
    const referred = await opened();
    expect(referred).toMatchObject({
      state: 'referred',
      referral: 'mismatch',
      next: 'service-point',
      open: false,
    });
    expect(
      referred.comparison?.rows.filter(({ result }) => result === 'differs').map(({ kind }) => kind),
    ).toEqual(['name']);
    expect(await codeOf(order(referred.id))).toBe('case-state');
  });

  test.each([
    ['unknown', () => 'unknown' as const, 'unknown-entity'],
    ['closed', () => ({ state: 'closed' as const }), 'closed-entity'],
  ])('that has the entity as %s', async (_, register, referral) => {
    world.register = register;
    expect(await opened()).toMatchObject({ state: 'referred', referral });
  });

  test('that has the entity in a region that is not served', async () => {
    const names = { zh: '上海市', en: 'Shanghai' };
    const node = await world.node({ served: { by: 'register', divisions: ['31'], names } });
    const there = world.browser(node);
    await there.signIn(company);
    world.register = () => ({ division: '440300' });
    expect(await opened(there)).toMatchObject({ state: 'referred', referral: 'region-not-served' });
  });

  test('that is silent is waited for, and asked again by the holder', async () => {
    world.register = () => 'silent';
    const { id, state, next } = await opened();
    expect([state, next]).toEqual(['registry-silent', 'wait']);
    world.register = () => ({});
    expect(await browser.post(`/cases/${id}/registry`)).toMatchObject({ state: 'checking' });
  });

  test('that changed its mind since the page was shown: nobody confirms what he did not see', async () => {
    const { id, comparison } = await opened();
    const whole = seen(comparison);
    const said = (some: object) => codeOf(browser.post(`/cases/${id}/confirmations`, { ...whole, ...some }));
    expect(await said({ comparison: 'a'.repeat(64) })).toBe('comparison-changed');
    expect(await said({ groups: whole.groups.slice(0, 1) })).toBe('confirmations-missing');
    expect(await codeOf(browser.post(`/cases/${id}/term`, { years: 1 }))).toBe('confirmations-missing');
  });
});

describe('beginning and ending', () => {
  test('one open case a line: a second is told of the first', async () => {
    const [one, two] = await Promise.all([codeOf(opened()), codeOf(opened())]);
    expect([one, two].sort()).toEqual(['case-open', 'done']);
  });

  test('too early, too late, and a second line', async () => {
    const early = await world.company({ notAfter: new Date(world.time.getTime() + 300 * day) });
    const at = world.browser();
    await at.signIn(early);
    expect(await at.get('/renewal')).toMatchObject({ renewable: 'too-early' });
    expect(await codeOf(opened(at))).toBe('renewal-too-early');
    const numbers = [{ kind: 'uscc' as const, value: '91310106669433828F' }];
    await world.company({ numbers, name: '双证公司' });
    const second = await world.company({ numbers, name: '双证公司' });
    const paid = world.browser();
    await paid.signIn(second);
    expect(await paid.get('/renewal')).toMatchObject({ renewable: 'payment' });
    expect(await codeOf(opened(paid))).toBe('payment-not-available');
  });

  test('an agreement that is not in force, and a term that is not offered', async () => {
    expect(
      await codeOf(browser.post('/renewal', { agreement: { version: '0', digest: 'a'.repeat(64) } })),
    ).toBe('agreement-outdated');
    expect(await codeOf(ordered(browser, 7))).toBe('term-not-offered');
  });

  test('cancelled while it is written: the certificate is revoked, the token ends, the key is tidied next time', async () => {
    const assistant = await writing();
    const { id } = assistant.order.case;
    const fresh = await assistant.certify(company);
    expect(await browser.post(`/cases/${id}/cancel`)).toMatchObject({ state: 'cancelled', leftovers: true });
    expect(await states()).toMatchObject({ [company.digest]: 'in-force', [fresh.digest]: 'revoked' });
    expect(await codeOf(assistant.prove(fresh))).toBe('order-token');

    const tidy = new Assistant(world.desk, await order(id));
    expect(orderOf(tidy.signed)).toMatchObject({
      purpose: 'tidy',
      leftovers: [{ container: assistant.order.container }],
    });
    await tidy.take();
    await tidy.finish([0]);
    expect(await present(id)).toMatchObject({ leftovers: false });
  });

  test('proved can no longer be cancelled', async () => {
    const assistant = await writing();
    await assistant.prove(await assistant.certify(company));
    expect(await codeOf(browser.post(`/cases/${assistant.order.case.id}/cancel`))).toBe('case-cannot-cancel');
  });

  test('somebody else’s case is not there', async () => {
    const { id } = await ordered();
    const other = world.browser();
    await other.signIn(await world.company());
    for (const attempt of [
      () => other.get(`/cases/${id}`),
      () => other.post(`/cases/${id}/cancel`),
      () => other.post(`/cases/${id}/orders`),
      () => other.post(`/cases/${id}/term`, { years: 1 }),
      () => other.get(`/cases/${id}/events`),
    ]) {
      expect(await codeOf(attempt())).toBe('case-not-found');
    }
    expect(await other.get('/cases')).toEqual({ cases: [] });
  });

  test('everything is in the audit log, which is whole', async () => {
    const assistant = await writing();
    await assistant.prove(await assistant.certify(company));
    await assistant.finish();
    const { db, configuration } = world;
    const actions = await db.selectFrom('audit_event').select('action').execute();
    expect(actions.map(({ action }) => action)).toEqual(
      expect.arrayContaining([
        'configuration.loaded',
        'access.signed-in',
        'case.opened',
        'case.confirmed',
        'order.given',
        'order.taken',
        'certificate.issued',
        'case.proved',
        'certificate.in-force',
        'certificate.superseded',
        'case.tidied',
      ]),
    );
    await world.desk.stop();
    const publicKey = await readAuditPublicKey(auditPublicKeyFile(configuration.audit.key));
    const verified = await verifyAudit({
      db,
      headsFile: configuration.audit.heads,
      publicKey,
      now: world.time,
    });
    expect(verified.finding).toBeUndefined();
    expect(verified.links).toBe(actions.length);
  });
});
