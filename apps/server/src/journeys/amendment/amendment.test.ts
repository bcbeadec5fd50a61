import { createHmac } from 'node:crypto';
import type { AmendmentCase, AmendmentOffer, IdentityNumber, RenewalOffer } from '@certdesk/contract';
import { encryptionProofOctets, signedTypes } from '@certdesk/contract';
import { Sm2PrivateKey, sm4DecryptEcb } from '@certdesk/gm';
import { Certificate, certificateDigest, generateSoftwareKey, publicKeyDigest } from '@certdesk/pki';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createTestDatabase } from '../../../../../test/support/database.ts';
import { revoke } from '../../authority/certificates.ts';
import { identityNumbersOf } from '../../authority/summary.ts';
import { type Browser, Company, codeOf, openTestDesk, type TestDesk } from '../../desk.test-support.ts';
import { testKeyManagement } from '../../keymanagement/keymanagement.test-support.ts';
import { allow } from '../../registry/allowances.ts';
import { orderOfCase, seen } from '../../reissue/reissue.test-support.ts';
import { alsoKnows, decide, openAmendment, presentAmendment, write } from './amendment.test-support.ts';

const day = 86_400_000;
/** Of the test that runs: later than the one before, whose rate limits are over by then. */
let begin = new Date('2027-03-01T08:00:00Z');
const unified: IdentityNumber = { kind: 'uscc', value: '91310106669433828F' };
const insurance: IdentityNumber = { kind: 'socialInsurance', value: '0031228941' };
const fund: IdentityNumber = { kind: 'housingFund', value: '100288375512' };

const ends: (() => Promise<void>)[] = [];
const whenDone = (work: () => Promise<void>) => void ends.unshift(work);
let world: TestDesk;
let company: Company;
let browser: Browser;

/** One desk for all tests of this file; each has a company of its own. */
beforeAll(async () => {
  const { url } = await createTestDatabase({ migrated: false });
  // A desk for twins has one, though no amendment ever asks it for a pair.
  const keys = await testKeyManagement(url, () => world?.time ?? begin, 1, whenDone);
  world = await openTestDesk(
    async ({ configuration: read }) => ({
      keyManagement: keys.configuration,
      renewal: { ...read.renewal, twinProfile: 'entity-twin-sm2' },
    }),
    whenDone,
  );
});
afterAll(async () => {
  for (const end of ends) await end();
});

let made = 0;
/** Its own numbers, so that no two tests are about one entity; valid for another year. */
async function companyWith(options: Parameters<TestDesk['company']>[0] = {}): Promise<Company> {
  made += 1;
  // Thirteen digits, as until 2007: without a check digit.
  const numbers: IdentityNumber[] = [{ kind: 'businessLicense', value: `310106000${1000 + made}` }];
  const validity = {
    notBefore: new Date(begin.getTime() - 30 * day),
    notAfter: new Date(begin.getTime() + 365 * day + 4711),
  };
  return world.company({ numbers, ...validity, ...options });
}

beforeEach(async () => {
  begin = new Date(world.time.getTime() + 10 * 60_000);
  world.time = begin;
  world.register = alsoKnows(insurance, fund);
  company = await companyWith();
  browser = world.browser();
  await browser.signIn(company);
});

const certificatesOf = ({ digest }: Company) =>
  world.db
    .selectFrom('certificate')
    .selectAll()
    .where('line_id', '=', (own) =>
      own.selectFrom('certificate').select('line_id').where('digest', '=', digest),
    )
    .orderBy('issued_at')
    .execute();
const kindsOf = (numbers: readonly IdentityNumber[]) => numbers.map(({ kind }) => kind);
const numbersIn = ({ certificate }: Company) => identityNumbersOf(Certificate.parse(certificate));

/** As far as an order: social insurance and housing fund are on offer, the former is taken in. */
async function ordered(added: readonly string[] = ['socialInsurance']): Promise<AmendmentCase> {
  return decide(browser, await openAmendment(browser), added);
}

async function amended(): Promise<{ id: string; fresh: Company }> {
  const { id } = await ordered();
  const assistant = await write(world, browser, id);
  const fresh = await assistant.certify(company);
  expect(await assistant.prove(fresh)).toBe('proved');
  expect(await assistant.finish()).toBe('done');
  return { id, fresh };
}

describe('the way of an amendment', () => {
  test('numbers that were taken in stand in the new certificate, for the same key, until the same second', async () => {
    const opened = await openAmendment(browser);
    expect(opened).toMatchObject({
      journey: 'amendment',
      state: 'checking',
      next: 'confirm',
      samePair: 'certain',
    });
    const { id, fresh } = await (async () => {
      const { state } = await decide(browser, opened, ['socialInsurance']);
      expect(state).toBe('ordered');
      const assistant = await write(world, browser, opened.id);
      expect(assistant.order.confirmed).toMatchObject({ added: [insurance], twin: false });
      const fresh = await assistant.certify(company);
      expect((await presentAmendment(browser, opened.id)).state).toBe('issued');
      await assistant.prove(fresh);
      await assistant.finish();
      return { id: opened.id, fresh };
    })();

    const [before, after] = [Certificate.parse(company.certificate), Certificate.parse(fresh.certificate)];
    expect(after.notAfter).toEqual(before.notAfter);
    expect(publicKeyDigest(after.publicKey)).toBe(publicKeyDigest(before.publicKey));
    expect(Buffer.from(after.subject.der)).toEqual(Buffer.from(before.subject.der));
    expect(numbersIn(fresh)).toEqual(expect.arrayContaining([...numbersIn(company), insurance]));
    expect(kindsOf(numbersIn(fresh))).not.toContain('housingFund');

    const shown = await presentAmendment(browser, id);
    expect(shown).toMatchObject({ state: 'done', added: [insurance], declined: ['housingFund'] });
    expect(shown.newCertificate?.identityNumbers).toContainEqual(insurance);
    const rows = await certificatesOf(company);
    expect(rows.map(({ state }) => state)).toEqual(['superseded', 'in-force']);
    expect(await codeOf(world.browser().signIn(fresh))).toBe('done');
  });

  test('the change is written down with the proof, for those who have to know of it, and the entity is found by the number', async () => {
    const { id } = await amended();
    const [old, fresh] = await certificatesOf(company);
    const changes = await world.db
      .selectFrom('certificate_change')
      .selectAll()
      .where('case_id', '=', id)
      .execute();
    expect(changes).toMatchObject([
      {
        journey: 'amendment',
        old_certificate_id: old?.id,
        new_certificate_id: fresh?.id,
        added: [insurance],
      },
    ]);
    const found = await world.db
      .selectFrom('entity_number')
      .select('entity_id')
      .where('kind', '=', 'socialInsurance')
      .where('value', '=', insurance.value)
      .execute();
    expect(found).toHaveLength(1);
  });

  test('the case says which answer of which register a number came from', async () => {
    const { id } = await ordered();
    const { comparison } = await presentAmendment(browser, id);
    const origin = { register: 'table', reference: 'test', saidAt: begin.toISOString() };
    expect(comparison?.origin).toEqual(origin);
    const events = await world.db
      .selectFrom('case_event')
      .select(['event', 'data'])
      .where('case_id', '=', id)
      .execute();
    expect(events.find(({ event }) => event === 'confirmed')?.data).toMatchObject({
      comparison: comparison?.digest,
      register: origin,
      added: [insurance],
      declined: ['housingFund'],
    });
  });

  test('an encryption certificate is amended with it, and both pairs stay', async () => {
    const twins = await companyWith({ twin: true });
    const own = world.browser();
    await own.signIn(twins);
    const { id } = await decide(own, await openAmendment(own), ['socialInsurance', 'housingFund']);
    const assistant = await write(world, own, id);
    const { body } = await assistant.requestFor(twins);
    const answer = await assistant.call<{
      certificate: string;
      twin: { certificate: string; envelope: string | null };
    }>('/orders/certificate', body);
    expect(answer.twin.envelope).toBeNull();
    const fresh = new Company(Buffer.from(answer.certificate, 'base64'), twins.pair.privateKey);
    const encryption = Buffer.from(answer.twin.certificate, 'base64');
    const { nonce, twin: asked } = await assistant.call<{
      nonce: string;
      twin: { wrappedKey: string; data: string };
    }>('/orders/proof-challenge', {});
    const key = Sm2PrivateKey.fromPkcs8(twins.encryptionKey ?? Buffer.alloc(0));
    const sessionKey = key.decrypt(Buffer.from(asked.wrappedKey, 'base64'), 'asn1');
    const secret = sm4DecryptEcb(sessionKey, Buffer.from(asked.data, 'base64'), { padding: false });
    const certificate = certificateDigest(encryption);
    const octets = encryptionProofOctets({ case: id, nonce, certificate });
    const check = createHmac('sm3', secret).update(octets).digest('hex');
    expect(await codeOf(assistant.prove(fresh, { twin: { certificate, check: 'a'.repeat(64) } }))).toBe(
      'proof-encryption',
    );
    expect(await assistant.prove(fresh, { twin: { certificate, check } })).toBe('proved');
    expect(await assistant.finish()).toBe('done');

    const rows = await certificatesOf(twins);
    const now = rows.filter(({ state }) => state === 'in-force');
    expect(now.map(({ use }) => use).sort()).toEqual(['encryption', 'signing']);
    for (const { use, public_key_digest, not_after, der } of now) {
      const old = rows.find((row) => row.use === use && row.state === 'superseded');
      expect([public_key_digest, not_after]).toEqual([old?.public_key_digest, old?.not_after]);
      expect(kindsOf(identityNumbersOf(Certificate.parse(der)))).toEqual(
        expect.arrayContaining(['socialInsurance', 'housingFund']),
      );
    }
    expect((await presentAmendment(own, id)).twin?.oldKey).toBe('same');
  });

  test.each(['p256', 'rsa2048'] as const)(
    'a certificate with a key of another kind: %s',
    async (algorithm) => {
      company = await companyWith({ algorithm });
      browser = world.browser();
      await browser.signIn(company);
      const { fresh } = await amended();
      expect(numbersIn(fresh)).toContainEqual(insurance);
    },
  );

  test('every answer that was lost is asked for again and is the same', async () => {
    const opened = await openAmendment(browser);
    await decide(browser, opened, ['socialInsurance']);
    const assistant = await write(world, browser, opened.id);
    // Said again, the decision closes no order.
    expect((await decide(browser, opened, ['socialInsurance'])).state).toBe('ordered');
    const { body } = await assistant.requestFor(company);
    const first = await assistant.call<{ certificate: string }>('/orders/certificate', body);
    expect(await assistant.call('/orders/certificate', body)).toEqual(first);
    const fresh = new Company(Buffer.from(first.certificate, 'base64'), company.pair.privateKey);
    expect(await assistant.prove(fresh)).toBe('proved');
    expect(await assistant.prove(fresh)).toBe('proved');
    expect(await assistant.call('/orders/certificate', body)).toEqual(first);
    expect(await certificatesOf(company)).toHaveLength(2);
  });

  test('two requests at once, on two nodes, give one certificate', async () => {
    const { id } = await ordered();
    const assistant = await write(world, browser, id);
    const { body } = await assistant.requestFor(company);
    const other = await world.node({}, whenDone);
    const at = (desk: typeof other) =>
      desk.app.inject({
        method: 'POST',
        url: '/api/orders/certificate',
        headers: { authorization: `Bearer ${assistant.token}` },
        payload: body,
      });
    const answers = await Promise.all([at(world.desk), at(other)]);
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 200]);
    expect(answers[0]?.json()).toEqual(answers[1]?.json());
    expect(await certificatesOf(company)).toHaveLength(2);
  });
});

describe('what is not signed as it should be changes nothing', () => {
  test.each([
    ['another decision', { confirmed: { added: [fund] } }, 'statement-invalid'],
    ['another case', { case: '7d9c1f3e-0c1b-4a53-9d3c-2b1f5a6c7d8e' }, 'statement-invalid'],
    ['another nonce', { nonce: 'A'.repeat(43) }, 'statement-invalid'],
    ['another request', { request: 'a'.repeat(64) }, 'statement-invalid'],
  ])('a statement about %s', async (_, change, code) => {
    const { id } = await ordered();
    const assistant = await write(world, browser, id);
    const whole =
      'confirmed' in change ? { confirmed: { ...assistant.order.confirmed, ...change.confirmed } } : change;
    expect(await codeOf(assistant.certify(company, company.pair, whole))).toBe(code);
    expect(await certificatesOf(company)).toHaveLength(1);
  });

  test('a request of another key, or what is signed for a renewal', async () => {
    const { id } = await ordered();
    const assistant = await write(world, browser, id);
    expect(await codeOf(assistant.certify(company, generateSoftwareKey('sm2')))).toBe('request-key');
    const { body } = await assistant.requestFor(company);
    const { request } = body;
    const statement = await company.sign(
      signedTypes.renewal,
      JSON.parse(Buffer.from(body.statement.payload, 'base64').toString()) as object,
    );
    expect(await codeOf(assistant.call('/orders/certificate', { request, statement }))).toBe(
      'signature-invalid',
    );
    expect(await certificatesOf(company)).toHaveLength(1);
  });

  test('an order from before another decision is worth nothing', async () => {
    const opened = await openAmendment(browser);
    await decide(browser, opened, ['socialInsurance']);
    const before = await write(world, browser, opened.id);
    await decide(browser, opened, ['housingFund']);
    expect(await codeOf(before.certify(company))).toBe('order-token');
    const assistant = await write(world, browser, opened.id);
    expect(numbersIn(await assistant.certify(company))).toContainEqual(fund);
  });
});

describe('the holder decides', () => {
  test('about each number on offer, and only about those', async () => {
    const opened = await openAmendment(browser);
    const say = (change: object) =>
      codeOf(
        browser.post(`/cases/${opened.id}/confirmations`, {
          ...seen(opened.comparison, ['socialInsurance']),
          ...change,
        }),
      );
    expect(await say({ declined: [] })).toBe('numbers-undecided');
    expect(await say({ declined: ['housingFund', 'socialInsurance'] })).toBe('numbers-undecided');
    expect(await say({ added: ['socialInsurance', 'uscc'] })).toBe('number-not-offered');
    expect(await say({ comparison: 'a'.repeat(64) })).toBe('comparison-changed');
    expect(await say({ groups: ['unit'] })).toBe('confirmations-missing');
    expect((await presentAmendment(browser, opened.id)).state).toBe('checking');
  });

  test('against all of them: the case ends, and the certificate stays as it is', async () => {
    const { state, open, id } = await ordered([]);
    expect([state, open]).toEqual(['unchanged', false]);
    expect(await codeOf(orderOfCase(browser, id))).toBe('case-state');
    expect(await certificatesOf(company)).toHaveLength(1);
    // Nothing stands in the way of the next case.
    expect((await openAmendment(browser)).state).toBe('checking');
  });

  test('on an answer that is not too old: it is asked for again, and another one is another question', async () => {
    const opened = await openAmendment(browser);
    world.time = new Date(begin.getTime() + 2 * day);
    await browser.signIn(company);
    world.register = alsoKnows({ ...insurance, value: '0031228942' });
    expect(await codeOf(decide(browser, opened, ['socialInsurance']))).toBe('comparison-changed');
    const again = await presentAmendment(browser, opened.id);
    const { added } = await decide(browser, again, ['socialInsurance']);
    expect(added).toEqual([{ ...insurance, value: '0031228942' }]);
  });
});

describe('the register', () => {
  test('that has nothing to add ends the case at once', async () => {
    world.register = () => ({});
    expect(await openAmendment(browser)).toMatchObject({ state: 'unchanged', open: false, added: [] });
  });

  test('that is silent is waited for, and asked again by the holder', async () => {
    world.register = () => 'silent';
    const { id, state, next } = await openAmendment(browser);
    expect([state, next]).toEqual(['registry-silent', 'wait']);
    world.register = alsoKnows(fund);
    expect(await browser.post(`/cases/${id}/registry`)).toMatchObject({ state: 'checking' });
  });

  const refusing: [string, TestDesk['register'], string][] = [
    ['another name', () => ({ name: '上海另一家有限公司' }), 'mismatch'],
    [
      'another number',
      () => ({ numbers: [{ kind: 'businessLicense', value: '310106999999999' }] }),
      'mismatch',
    ],
    ['a closed entity', () => ({ state: 'closed' }), 'closed-entity'],
    ['no such entity', () => 'unknown', 'unknown-entity'],
  ];
  test.each(refusing)('that says %s: a person has to look', async (_, said, referral) => {
    world.register = said;
    expect(await openAmendment(browser)).toMatchObject({
      state: 'referred',
      next: 'service-point',
      referral,
      open: false,
    });
    expect(await certificatesOf(company)).toHaveLength(1);
  });

  test('with a code that looks wrong: it is not on offer before the authority has confirmed it', async () => {
    const wrong: IdentityNumber = { kind: 'uscc', value: `${unified.value.slice(0, -1)}G` };
    world.register = alsoKnows(wrong);
    const first = await openAmendment(browser);
    expect(first.state).toBe('unchanged');
    expect(first.comparison?.rows.find(({ kind }) => kind === 'uscc')).toMatchObject({
      offer: 'unconfirmed',
    });
    expect(first.comparison?.warnings).toMatchObject([{ ...wrong, problem: 'check-digit', allowed: false }]);

    const decision = { actor: 'operator:test', reason: 'seen on the licence', at: world.time };
    await world.db.transaction().execute((tx) => allow(tx, wrong, decision));
    const second = await decide(browser, await openAmendment(browser), ['uscc']);
    expect(second).toMatchObject({ state: 'ordered', added: [wrong] });
    const events = await world.db
      .selectFrom('case_event')
      .select('data')
      .where('case_id', '=', second.id)
      .where('event', '=', 'confirmed')
      .execute();
    expect(events[0]?.data).toMatchObject({ warnings: [{ ...wrong, allowed: true }] });
  });
});

describe('beginning and ending', () => {
  const offer = () => browser.get<AmendmentOffer>('/amendment');
  async function at(time: Date): Promise<void> {
    world.time = time;
    browser = world.browser();
    await browser.signIn(company);
  }
  const end = () => new Date(begin.getTime() + 365 * day);

  test('near its end, renewal is the way, and is open by then', async () => {
    await at(new Date(end().getTime() - 28 * day));
    expect((await offer()).amendable).toBe('now');
    await at(new Date(end().getTime() - 27 * day));
    expect((await offer()).amendable).toBe('near-end');
    expect(await codeOf(openAmendment(browser))).toBe('amendment-near-end');
    expect((await browser.get<RenewalOffer>('/renewal')).renewable).toBe('now');
  });

  test('expired, only renewal is', async () => {
    await at(new Date(end().getTime() + 5 * day));
    expect((await offer()).amendable).toBe('expired');
    expect(await codeOf(openAmendment(browser))).toBe('session-renewal-only');
  });

  test('a certificate whose pair cannot stay is not amended here', async () => {
    const profiles = { p256: 'entity-signing-sm2' };
    const other = await world.node({ amendment: { ...world.configuration.amendment, profiles } }, whenDone);
    const elsewhere = browser.at(other);
    expect((await elsewhere.get<AmendmentOffer>('/amendment')).amendable).toBe('key-kind');
    expect(await codeOf(openAmendment(elsewhere))).toBe('amendment-not-possible');
  });

  test('one open case a line, whichever the journey', async () => {
    const { id } = await openAmendment(browser);
    expect((await offer()).openCase).toBe(id);
    expect(await codeOf(openAmendment(browser))).toBe('case-open');
    await at(new Date(end().getTime() - 60 * day));
    const { agreement } = await browser.get<RenewalOffer>('/renewal');
    const { version, digest } = agreement;
    // An amendment that nobody continues has ended by then.
    const reopened = await presentAmendment(browser, id);
    if (reopened.open) await browser.post(`/cases/${id}/cancel`);
    await browser.post('/renewal', { agreement: { version, digest } });
    expect(await codeOf(openAmendment(browser))).toBe('case-open');
  });

  test('cancelled while it is written: the certificate is revoked, and the key keeps what it has', async () => {
    const { id } = await ordered();
    const assistant = await write(world, browser, id);
    const fresh = await assistant.certify(company);
    expect(await browser.post(`/cases/${id}/cancel`)).toMatchObject({ state: 'cancelled', leftovers: false });
    expect(await codeOf(assistant.prove(fresh))).toBe('order-token');
    const rows = await certificatesOf(company);
    expect(rows.map(({ state }) => state)).toEqual(['in-force', 'revoked']);
    expect(await codeOf(world.browser().signIn(company))).toBe('done');
  });

  test('proved and left: complete, and the certificate is written at the key’s next visit', async () => {
    const { id } = await ordered();
    const assistant = await write(world, browser, id);
    const fresh = await assistant.certify(company);
    await assistant.prove(fresh);
    expect(await codeOf(browser.post(`/cases/${id}/cancel`))).toBe('case-cannot-cancel');
    // The key still carries the certificate before, and its pair signs for the line all the same.
    const later = world.browser();
    expect(await codeOf(later.signIn(company))).toBe('done');
    const again = await write(world, later, id);
    expect(await again.finish()).toBe('done');
  });

  test('of a certificate that was revoked while the case was open, nothing is issued', async () => {
    const { id } = await ordered();
    const assistant = await write(world, browser, id);
    const [row] = await certificatesOf(company);
    await world.db.transaction().execute((tx) => revoke(tx, row?.id ?? '', 'keyCompromise', world.time));
    expect(await codeOf(assistant.certify(company))).not.toBe('done');
    expect(await certificatesOf(company)).toHaveLength(1);
  });

  test('somebody else’s case is not there', async () => {
    const { id, comparison } = await openAmendment(browser);
    const stranger = world.browser();
    await stranger.signIn(await companyWith());
    expect(await codeOf(presentAmendment(stranger, id))).toBe('case-not-found');
    const confirm = stranger.post(`/cases/${id}/confirmations`, seen(comparison, ['socialInsurance']));
    expect(await codeOf(confirm)).toBe('case-not-found');
  });
});
