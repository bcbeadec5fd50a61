/** Whole renewals through a desk that stands before another CA, asked over CMP. */
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Certificate, generateSoftwareKey, keyUsage, toPem } from '@certdesk/pki';
import { sql } from 'kysely';
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { opensslCmpServer } from '../../../../../test/support/openssl-cmp.ts';
import { deskBeforeCa, deskBeforeFake, secret } from '../../another-ca.test-support.ts';
import { findCertificate, revoke } from '../../authority/certificates.ts';
import type { FakeCa } from '../../authority/cmp/fake-ca.test-support.ts';
import { Assistant, type Browser, type Company, codeOf, type TestDesk } from '../../desk.test-support.ts';
import type { Desk } from '../../desk.ts';
import { entityCertificate } from '../../entity-certificate.test-support.ts';
import { orderOfCase } from '../../reissue/reissue.test-support.ts';
import { orderRenewal, presentCase } from './renewal.test-support.ts';

let world: TestDesk;
let ca: FakeCa;
let company: Company;
let browser: Browser;

/** The desk, the CA, and a holder who has signed in. */
async function begin(...options: Parameters<typeof deskBeforeFake>): Promise<void> {
  ({ world, ca } = await deskBeforeFake(...options));
  await holder();
}

async function holder(): Promise<void> {
  company = await world.company();
  browser = world.browser();
  await browser.signIn(company);
}

/** An assistant that has taken up the order to write. */
async function writing(id?: string, desk: Desk = world.desk): Promise<Assistant> {
  const caseId = id ?? (await orderRenewal(browser)).id;
  const assistant = new Assistant(desk, await orderOfCase(browser, caseId));
  await assistant.take();
  return assistant;
}

const passed = (seconds: number) => {
  world.time = new Date(world.time.getTime() + seconds * 1000);
};

/** Has the desk do a job, and waits until what it is for has come true. */
async function job(task: string, done: () => Promise<boolean> | boolean): Promise<void> {
  await sql`select graphile_worker.add_job(${task}::text)`.execute(world.db);
  await vi.waitFor(async () => expect(await done()).toBe(true), { timeout: 15_000, interval: 20 });
}

/** As it is stored: holders' sessions end while time passes. */
async function stateOf(id: string): Promise<string> {
  const row = await world.db.selectFrom('desk_case').select('state').where('id', '=', id).executeTakeFirst();
  return row?.state ?? 'none';
}
const caseIs = (id: string, state: string) => async () => (await stateOf(id)) === state;
const atCa = () => [...ca.issued.values()].map(({ state }) => state);

/** The CA was polled so often, and what it said is stored. */
const polled = (times: number) => async () => {
  const busy = await world.db
    .selectFrom('cmp_transaction')
    .select('intent_id')
    .where('busy_until', 'is not', null)
    .execute();
  return busy.length === 0 && ca.seen.filter((kind) => kind === 'pollReq').length === times;
};

async function states(): Promise<string[]> {
  const rows = await world.db.selectFrom('certificate').select('state').execute();
  return rows.map(({ state }) => state).sort();
}

async function audited(action: string): Promise<unknown[]> {
  const rows = await world.db.selectFrom('audit_event').select('data').where('action', '=', action).execute();
  return rows.map(({ data }) => data);
}

const signed = (file: (name: string) => string) => ({
  protection: {
    kind: 'signature' as const,
    certificate: file('desk.crt'),
    key: file('desk.key'),
    chain: [],
    signers: [],
  },
});

describe('a renewal', () => {
  test('is confirmed to the CA once the new key has proved itself, and supersedes the old certificate only then', async () => {
    await begin();
    const assistant = await writing();
    const fresh = await assistant.certify(company);
    expect(ca.seen).toEqual(['cr']);
    expect(atCa()).toEqual(['issued']);
    expect(await states()).toEqual(['in-force', 'issued']);
    expect(await assistant.prove(fresh)).toBe('proved');
    expect(ca.seen).toEqual(['cr', 'certConf']);
    expect(atCa()).toEqual(['confirmed']);
    expect(await states()).toEqual(['in-force', 'superseded']);
    // An answer that was lost is asked for again, and the CA is not troubled with it.
    expect(await assistant.prove(fresh)).toBe('proved');
    expect(await assistant.finish()).toBe('done');
    expect(ca.seen).toEqual(['cr', 'certConf']);
    const row = await findCertificate(world.db, fresh.digest);
    expect(row?.serial_number).toBe([...ca.issued.keys()][0]);
    expect(row?.public_key_digest).toBe(fresh.keyDigest);
    const [old, renewed] = [company, fresh].map(({ certificate }) => Certificate.parse(certificate));
    expect(renewed?.subject.equals(old?.subject ?? renewed.subject)).toBe(true);
    expect(await audited('certificate.confirmed')).toHaveLength(1);
    expect(await codeOf(world.browser().signIn(fresh))).toBe('done');
  });

  test.each(['ir', 'kur', 'p10cr'] as const)('by %s, with signatures of both sides', async (request) => {
    await begin((file) => ({ request, ...signed(file) }), 'signature');
    const assistant = await writing();
    expect(await assistant.prove(await assistant.certify(company))).toBe('proved');
    expect(ca.seen).toEqual([request, 'certConf']);
  });

  test('needs no confirmation where the CA goes without', async () => {
    await begin({ implicitConfirm: true });
    ca.implicit = true;
    const assistant = await writing();
    expect(await assistant.prove(await assistant.certify(company))).toBe('proved');
    expect(ca.seen).toEqual(['cr']);
  });
});

describe('a CA that takes its time', () => {
  test('is polled for as long as it says, the holder is told, and the case goes on by itself', async () => {
    await begin();
    ca.polls = 2;
    ca.checkAfter = 600;
    const assistant = await writing();
    const { id } = assistant.order.case;
    const key = generateSoftwareKey('sm2');
    expect(await codeOf(assistant.certify(company, key))).toBe('issuing-not-yet');
    passed(6);
    expect(await codeOf(assistant.certify(company, key))).toBe('issuing-waits');
    const waiting = await presentCase(browser, id);
    expect(waiting).toMatchObject({ state: 'issuing', next: 'wait', canCancel: true });
    expect(waiting.awaited?.again).toBe(new Date(world.time.getTime() + 600_000).toISOString());
    // Asked before it is time, the CA is left in peace.
    expect(await codeOf(assistant.certify(company, key))).toBe('issuing-waits');
    expect(ca.seen).toEqual(['cr', 'pollReq']);
    passed(601);
    await job('finish-open-intents', polled(2));
    passed(601);
    await job('finish-open-intents', caseIs(id, 'issued'));
    await browser.signIn(company);
    expect((await presentCase(browser, id)).awaited).toBeNull();
    const later = await writing(id);
    expect(await later.prove(await later.certify(company, key))).toBe('proved');
    expect(ca.seen).toEqual(['cr', 'pollReq', 'pollReq', 'pollReq', 'certConf']);
    expect(ca.issued.size).toBe(1);
  });

  test('and refuses in the end', async () => {
    await begin();
    ca.polls = 1;
    const assistant = await writing();
    expect(await codeOf(assistant.certify(company))).toBe('issuing-not-yet');
    ca.refuse = { as: 'response', failures: ['badCertTemplate'], text: 'not this one' };
    ca.checkAfter = 1;
    passed(6);
    await job('finish-open-intents', polled(1));
    passed(6);
    await job('finish-open-intents', caseIs(assistant.order.case.id, 'attention'));
  });
});

describe('nothing is lost, and nothing issued twice', () => {
  test('when the CA’s answer is lost: the same transaction is taken up again', async () => {
    await begin();
    ca.loseAnswers = 1;
    const assistant = await writing();
    const key = generateSoftwareKey('sm2');
    expect(await codeOf(assistant.certify(company, key))).toBe('authority-unavailable');
    expect(await stateOf(assistant.order.case.id)).toBe('issuing');
    expect(await codeOf(assistant.certify(company, key))).toBe('issuing-not-yet');
    passed(11);
    await assistant.prove(await assistant.certify(company, key));
    expect(ca.seen).toEqual(['cr', 'cr', 'pollReq', 'certConf']);
    expect(atCa()).toEqual(['confirmed']);
  });

  test('when the CA cannot be reached: a job goes on', async () => {
    await begin();
    ca.down = true;
    const assistant = await writing();
    expect(await codeOf(assistant.certify(company))).toBe('authority-unavailable');
    expect(await states()).toEqual(['in-force']);
    ca.down = false;
    passed(11);
    await job('finish-open-intents', caseIs(assistant.order.case.id, 'issued'));
    expect(ca.seen).toEqual(['cr']);
  });

  test('when a node hangs between question and answer: another goes on, and a second certificate is revoked', async () => {
    await begin();
    ca.forgetful = true;
    let release = () => {};
    ca.hold = new Promise((resolve) => {
      release = resolve;
    });
    const assistant = await writing();
    const key = generateSoftwareKey('sm2');
    const came = ca.coming('cr');
    const hanging = assistant.certify(company, key);
    await came;
    const node = await world.node();
    passed(5);
    const there = await writing(assistant.order.case.id, node);
    expect(await codeOf(there.certify(company, key))).toBe('issuing-not-yet');
    passed(11);
    const fresh = await there.certify(company, key);
    expect(ca.issued.size).toBe(2);
    release();
    // Whoever committed first wins, and all get that certificate.
    expect((await hanging).digest).toBe(fresh.digest);
    await job('tend-authority', () => atCa().includes('revoked'));
    await there.prove(fresh);
    expect(atCa().sort()).toEqual(['confirmed', 'revoked']);
    expect(await audited('certificate.surplus')).toHaveLength(1);
  });

  test('when the confirmation’s answer is lost: the old certificate stays until it is known, and a job goes on', async () => {
    await begin();
    const assistant = await writing();
    const fresh = await assistant.certify(company);
    ca.loseAnswers = 1;
    expect(await codeOf(assistant.prove(fresh))).toBe('authority-unavailable');
    expect(await states()).toEqual(['in-force', 'issued']);
    expect(await codeOf(assistant.prove(fresh))).toBe('issuing-not-yet');
    passed(11);
    await job('confirm-issued', caseIs(assistant.order.case.id, 'proved'));
    expect(await states()).toEqual(['in-force', 'superseded']);
    expect(await assistant.prove(fresh)).toBe('proved');
    expect(await assistant.finish()).toBe('done');
  });
});

describe('a CA that says no', () => {
  beforeEach(() => begin());

  test.each(['response', 'error'] as const)(
    'by %s: a person looks at it, with the CA’s words in the audit log alone',
    async (as) => {
      ca.refuse = { as, failures: ['badCertTemplate'], text: '不许\u0007 template 7' };
      const assistant = await writing();
      expect(await codeOf(assistant.certify(company))).toBe('issuing-refused');
      const { id } = assistant.order.case;
      const present = await presentCase(browser, id);
      expect(present).toMatchObject({
        state: 'attention',
        referral: 'authority-refused',
        next: 'service-point',
      });
      expect(JSON.stringify(present)).not.toContain('template 7');
      expect(await audited('intent.refused')).toEqual([
        { case: id, status: 'rejection', failures: ['badCertTemplate'], said: '不许  template 7' },
      ]);
      await browser.post(`/cases/${id}/cancel`);
      expect(await states()).toEqual(['in-force']);
      ca.refuse = undefined;
      const again = await writing();
      expect(await again.prove(await again.certify(company))).toBe('proved');
    },
  );

  test('to the desk rather than to the holder: the case waits until the operator has put it right', async () => {
    ca.refuse = { as: 'error', failures: ['notAuthorized'], text: 'who are you?' };
    const assistant = await writing();
    expect(await codeOf(assistant.certify(company))).toBe('authority-unavailable');
    ca.refuse = undefined;
    passed(11);
    await job('finish-open-intents', caseIs(assistant.order.case.id, 'issued'));
  });
});

describe('a case that is cancelled', () => {
  beforeEach(() => begin());

  test('after the certificate was issued: it is rejected instead of confirmed, and revoked', async () => {
    const assistant = await writing();
    await assistant.certify(company);
    await browser.post(`/cases/${assistant.order.case.id}/cancel`);
    await job('tend-authority', () => atCa()[0] === 'revoked');
    expect(ca.seen).toEqual(['cr', 'certConf', 'rr']);
    expect([...ca.issued.values()][0]?.reason).toBe('cessationOfOperation');
    expect(await audited('certificate.rejected')).toEqual([{ acknowledged: true }]);
  });

  test('while the CA takes its time: what comes in the end is rejected', async () => {
    ca.polls = 1;
    const assistant = await writing();
    expect(await codeOf(assistant.certify(company))).toBe('issuing-not-yet');
    await browser.post(`/cases/${assistant.order.case.id}/cancel`);
    passed(6);
    await job('tend-authority', polled(1));
    passed(61);
    await job('tend-authority', polled(2));
    expect(ca.issued.size).toBe(1);
    await job('tend-authority', () => atCa()[0] === 'revoked');
    expect(await states()).toEqual(['in-force']);
  });

  test('after the CA’s answer was lost, and the CA knows nothing of it: that is all', async () => {
    ca.down = true;
    const assistant = await writing();
    expect(await codeOf(assistant.certify(company))).toBe('authority-unavailable');
    await browser.post(`/cases/${assistant.order.case.id}/cancel`);
    ca.down = false;
    passed(11);
    await job('tend-authority', async () => (await audited('intent.abandoned')).length === 1);
    expect(ca.seen).toEqual(['pollReq']);
  });
});

describe('a certificate that the CA withdraws before it is confirmed is lost, and another one asked for', () => {
  beforeEach(() => begin());

  test.each([
    [
      'by its own words',
      () => {
        ca.withdrawn = true;
      },
    ],
    ['because the proof came too late', () => passed(1801)],
  ])('%s', async (_, withdraw) => {
    ca.confirmUntil = new Date(world.time.getTime() + 1_800_000);
    const assistant = await writing();
    const { id } = assistant.order.case;
    const key = generateSoftwareKey('sm2');
    const first = await assistant.certify(company, key);
    withdraw();
    expect(await codeOf(assistant.prove(first))).toBe('issuing-lost');
    expect(await states()).toEqual(['in-force', 'revoked']);
    expect(await stateOf(id)).toBe('issuing');
    ca.withdrawn = false;
    ca.confirmUntil = undefined;
    // The key keeps its pair, and is given another certificate for it.
    await browser.signIn(company);
    const again = await writing(id);
    const second = await again.certify(company, key);
    expect(second.digest).not.toBe(first.digest);
    expect(await again.prove(second)).toBe('proved');
    await job('tend-authority', () => atCa()[0] === 'revoked');
    expect(atCa()).toEqual(['revoked', 'confirmed']);
  });

  test('before anybody came to prove it: a job finds that out', async () => {
    ca.confirmUntil = new Date(world.time.getTime() + 1_800_000);
    const assistant = await writing();
    await assistant.certify(company);
    ca.confirmUntil = undefined;
    passed(1801);
    await job('confirm-issued', caseIs(assistant.order.case.id, 'issuing'));
    passed(16);
    await job('finish-open-intents', caseIs(assistant.order.case.id, 'issued'));
    expect(ca.issued.size).toBe(2);
  });
});

describe('an answer is not believed', () => {
  const zeros = Buffer.alloc(16);
  const lies: Record<string, NonNullable<FakeCa['lie']>> = {
    'under another nonce': (content) => ({
      ...content,
      header: { ...content.header, recipientNonce: zeros },
    }),
    'in another transaction': (content) => ({
      ...content,
      header: { ...content.header, transactionId: zeros },
    }),
    'without protection': (content) => ({ ...content, protector: undefined }),
    'under another id': (content) =>
      content.body.kind === 'cp'
        ? {
            ...content,
            body: { ...content.body, responses: content.body.responses.map((one) => ({ ...one, id: 7 })) },
          }
        : content,
  };

  test(`${Object.keys(lies).join(', ')}: nothing is taken from it`, async () => {
    await begin();
    ca.forgetful = true;
    const assistant = await writing();
    const key = generateSoftwareKey('sm2');
    for (const [what, lie] of Object.entries(lies)) {
      ca.lie = lie;
      expect(await codeOf(assistant.certify(company, key)), what).toBe('authority-unavailable');
      expect(await states()).toEqual(['in-force']);
      expect(await stateOf(assistant.order.case.id)).toBe('issuing');
      passed(100);
    }
    ca.lie = undefined;
    await assistant.certify(company, key);
    expect(await states()).toEqual(['in-force', 'issued']);
  });

  test('where another key protects it', async () => {
    await begin(
      (file) => ({
        ...signed(file),
        protection: { ...signed(file).protection, signers: [file('desk.crt')] },
      }),
      'signature',
    );
    const assistant = await writing();
    expect(await codeOf(assistant.certify(company))).toBe('authority-unavailable');
    expect(await states()).toEqual(['in-force']);
  });

  const others: Record<string, NonNullable<FakeCa['issueInstead']>> = {
    'another key': (content) => ({ ...content, publicKey: generateSoftwareKey('sm2').publicKey }),
    'another subject': (content) => ({ ...content, subject: content.issuer }),
    'another end': (content) => ({
      ...content,
      notAfter: new Date(content.notAfter.getTime() + 3 * 86_400_000),
    }),
    'no identity numbers': (content) => ({ ...content, extensions: content.extensions.slice(0, 3) }),
    'another use': (content) => ({
      ...content,
      extensions: [
        ...content.extensions.filter(({ oid }) => oid !== '2.5.29.15'),
        keyUsage(['keyAgreement']),
      ],
    }),
  };

  test(`a certificate with ${Object.keys(others).join(', ')} is refused, rejected and revoked`, async () => {
    await begin();
    for (const [what, issueInstead] of Object.entries(others)) {
      ca.issueInstead = issueInstead;
      const assistant = await writing();
      expect(await codeOf(assistant.certify(company)), what).toBe('issuing-refused');
      await browser.post(`/cases/${assistant.order.case.id}/cancel`);
    }
    expect(await states()).toEqual(['in-force']);
    await job('tend-authority', () => atCa().every((state) => state === 'revoked'));
    expect(ca.issued.size).toBe(Object.keys(others).length);
  });
});

describe('a revocation in the register', () => {
  beforeEach(() => begin());

  test('is passed on to the CA, of imported certificates too', async () => {
    const row = await findCertificate(world.db, company.digest);
    await world.db.transaction().execute((tx) => revoke(tx, row?.id ?? '', 'keyCompromise', world.time));
    await job('tend-authority', () => ca.issued.has(row?.serial_number ?? ''));
    await job('tend-authority', async () => (await audited('revocation.passed-on')).length === 1);
    expect(ca.issued.get(row?.serial_number ?? '')).toMatchObject({
      state: 'revoked',
      reason: 'keyCompromise',
    });
  });

  test('that the CA refuses is in the audit log', async () => {
    ca.refuseRevocations = true;
    const row = await findCertificate(world.db, company.digest);
    await world.db.transaction().execute((tx) => revoke(tx, row?.id ?? '', 'superseded', world.time));
    await job('tend-authority', async () => (await audited('revocation.refused')).length === 1);
  });
});

describe('OpenSSL’s CMP server behind the desk', () => {
  /** Its one certificate is made beforehand, for this key, as the CA would make it. */
  async function beforeOpenssl(
    change: Parameters<typeof deskBeforeCa>[1],
    options: (file: (name: string) => string) => string[],
    algorithm: 'sm2' | 'p256' = 'sm2',
  ) {
    const key = generateSoftwareKey(algorithm);
    const folder = await mkdtemp(join(tmpdir(), 'certdesk-openssl-'));
    const file = (name: string) => join(folder, name);
    let made: Uint8Array = new Uint8Array();
    world = await deskBeforeCa(async (parts) => {
      const notAfter = new Date('2029-04-10T08:00:00Z');
      const whose = { name: companyName, numbers: companyNumbers, publicKey: key.publicKey };
      made = await entityCertificate(parts.ca, {
        ...whose,
        notBefore: new Date('2027-03-01T07:50:00Z'),
        notAfter,
      });
      await writeFile(file('holder.crt'), toPem('CERTIFICATE', made));
      await writeFile(file('secret'), `${secret}\n`);
      const server = await opensslCmpServer('-rsp_cert', file('holder.crt'), ...options(file));
      onTestFinished(() => server.stop());
      return server.url;
    }, change);
    company = await world.company({ name: companyName, numbers: companyNumbers, algorithm });
    browser = world.browser();
    await browser.signIn(company);
    return { key, made };
  }
  const companyName = '上海开源示例有限公司';
  const companyNumbers = [{ kind: 'uscc' as const, value: '91310106669433828F' }];
  const withSecret = (file: (name: string) => string) => [
    ...['-srv_ref', 'ca', '-srv_secret', `file:${file('secret')}`, '-accept_raverified'],
  ];

  // OpenSSL takes no signer ID for the SM2 signature in a PKCS#10 request, so that one is of P-256.
  test.each([
    ['ir', 'sm2'],
    ['p10cr', 'p256'],
  ] as const)('renews by %s for a %s key', async (request, algorithm) => {
    const { key, made } = await beforeOpenssl({ request }, withSecret, algorithm);
    const assistant = await writing();
    const fresh = await assistant.certify(company, key);
    expect(Buffer.from(fresh.certificate).equals(made)).toBe(true);
    expect(await assistant.prove(fresh)).toBe('proved');
    expect(await assistant.finish()).toBe('done');
  });

  test('renews over polls, and revokes', async () => {
    const { key } = await beforeOpenssl({}, (file) => [
      ...withSecret(file),
      ...['-poll_count', '2', '-check_after', '30'],
    ]);
    const assistant = await writing();
    expect(await codeOf(assistant.certify(company, key))).toBe('issuing-not-yet');
    passed(6);
    expect(await codeOf(assistant.certify(company, key))).toBe('issuing-waits');
    passed(31);
    const { id } = assistant.order.case;
    await job('finish-open-intents', caseIs(id, 'issued'));
    const fresh = await assistant.certify(company, key);
    expect(await assistant.prove(fresh)).toBe('proved');
    const row = await findCertificate(world.db, fresh.digest);
    await world.db.transaction().execute((tx) => revoke(tx, row?.id ?? '', 'keyCompromise', world.time));
    await job('tend-authority', async () => (await audited('revocation.passed-on')).length === 1);
  });

  test('refuses: a person looks at it', async () => {
    const { key } = await beforeOpenssl({}, (file) => [
      ...withSecret(file),
      ...['-pkistatus', '2', '-failure', '19', '-statusstring', 'no such template'],
    ]);
    const assistant = await writing();
    expect(await codeOf(assistant.certify(company, key))).toBe('issuing-refused');
    expect(await audited('intent.refused')).toMatchObject([
      { failures: ['badCertTemplate'], said: 'no such template' },
    ]);
  });
});
