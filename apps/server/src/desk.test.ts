import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import type { RenewalCase, RenewalOffer } from '@certdesk/contract';
import { signedOctets, signedTypes } from '@certdesk/contract';
import {
  buildCertId,
  buildOcspRequest,
  buildRequest,
  Certificate,
  generateSoftwareKey,
  Name,
  parseOcspResponse,
  softwareSigner,
} from '@certdesk/pki';
import pg from 'pg';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { findCertificate, resume, revoke, suspend } from './authority/certificates.ts';
import { addClient, setClientEnabled } from './authority/registration/clients.ts';
import { type Browser, codeOf, openTestDesk, type TestDesk } from './desk.test-support.ts';
import type { Desk } from './desk.ts';

let world: TestDesk;
beforeEach(async () => {
  world = await openTestDesk();
});

async function openCase(browser: Browser): Promise<RenewalCase> {
  const { agreement } = await browser.get<RenewalOffer>('/renewal');
  return browser.post('/renewal', { agreement: { version: agreement.version, digest: agreement.digest } });
}

test('the API describes itself: every route, its answers, and the problem that each may answer', async () => {
  const answer = await world.desk.app.inject('/api/openapi.json');
  const document = answer.json();
  expect(document.openapi).toBe('3.1.0');
  expect(Object.keys(document.paths).sort()).toEqual([
    '/api/amendment',
    '/api/authority/certificates',
    '/api/cases',
    '/api/cases/{id}',
    '/api/cases/{id}/cancel',
    '/api/cases/{id}/confirmations',
    '/api/cases/{id}/events',
    '/api/cases/{id}/orders',
    '/api/cases/{id}/registry',
    '/api/cases/{id}/term',
    '/api/desk',
    '/api/orders/certificate',
    '/api/orders/finish',
    '/api/orders/progress',
    '/api/orders/proof',
    '/api/orders/proof-challenge',
    '/api/orders/renew',
    '/api/orders/take',
    '/api/registration/certificates',
    '/api/renewal',
    '/api/served',
    '/api/service-points',
    '/api/session',
    '/api/sign-in',
    '/api/sign-in/orders',
    '/status/ca/{file}',
    '/status/crl/{file}',
    '/status/ocsp',
  ]);
  for (const path of Object.values<Record<string, { responses: object }>>(document.paths)) {
    for (const { responses } of Object.values(path)) expect(responses).toHaveProperty('default');
  }
  expect((await world.desk.app.inject('/api/docs')).statusCode).toBe(200);
});

describe('a case is followed', () => {
  /** Reads server-sent events off a real connection until the case is in this state. */
  async function untilState(desk: Desk, cookies: string, id: string, state: string, then: () => void) {
    await desk.app.listen({ host: '127.0.0.1', port: 0 });
    const { port } = desk.app.server.address() as { port: number };
    const socket = connect(port, '127.0.0.1');
    onTestFinished(() => void socket.destroy());
    socket.write(`GET /api/cases/${id}/events HTTP/1.1\r\nhost: desk\r\ncookie: ${cookies}\r\n\r\n`);
    let heard = '';
    await new Promise<void>((resolve, reject) => {
      socket.setEncoding('utf8').on('data', (text) => {
        const first = !heard.includes('event: case');
        heard += text;
        if (first && heard.includes('event: case')) then();
        if (heard.includes(`"state":"${state}"`)) resolve();
      });
      socket.on('close', () => reject(new Error(`the stream ended:\n${heard}`)));
    });
    return { socket, heard };
  }

  test('on one node while another changes it, and a stopping server ends the stream', async () => {
    const browser = world.browser();
    await browser.signIn(await world.company());
    const { id } = await openCase(browser);
    const second = await world.node();
    const cookies = `__Host-session=${browser.cookie('__Host-session')}`;
    const { socket } = await untilState(second, cookies, id, 'cancelled', () => {
      void browser.post(`/cases/${id}/cancel`);
    });
    const ended = new Promise((resolve) => socket.once('close', resolve));
    await second.stop();
    await ended;
  });
});

describe('a certificate that is stopped on another node', () => {
  /** A company that is signed in on one node and follows its renewal there, and what an operator does on another. */
  async function followed() {
    const company = await world.company();
    const browser = world.browser();
    await browser.signIn(company);
    const { id } = await openCase(browser);
    const second = await world.node();
    await world.desk.app.listen({ host: '127.0.0.1', port: 0 });
    const { port } = world.desk.app.server.address() as { port: number };
    const socket = connect(port, '127.0.0.1');
    onTestFinished(() => void socket.destroy());
    const cookies = `__Host-session=${browser.cookie('__Host-session')}`;
    socket.write(`GET /api/cases/${id}/events HTTP/1.1\r\nhost: desk\r\ncookie: ${cookies}\r\n\r\n`);
    const heard = (what: string) =>
      new Promise<void>((resolve) => {
        let all = '';
        socket.on('data', (text) => {
          all += text;
          if (all.includes(what)) resolve();
        });
      });
    socket.setEncoding('utf8');
    // The last chunk: the connection itself may be kept for the browser's next request.
    const ended = heard('\r\n0\r\n\r\n');
    await heard('event: case');
    const row = await findCertificate(world.db, company.digest);
    if (!row) throw new Error('no certificate');
    const caseState = async () =>
      (await world.db.selectFrom('desk_case').select('state').where('id', '=', id).executeTakeFirst())?.state;
    return { company, browser, second, ended, row, caseState };
  }

  test.each([
    ['revoked', 'certificate-revoked', 'cancelled'],
    ['suspended', 'certificate-suspended', 'checking'],
  ] as const)('%s: no sign-in, no session, no events from that moment on', async (how, code, after) => {
    const { company, browser, second, ended, row, caseState } = await followed();
    await world.db.transaction().execute(async (tx) => {
      if (how === 'revoked') await revoke(tx, row.id, 'keyCompromise', world.time);
      else await suspend(tx, row.id, world.time, 'test');
    });
    expect(await codeOf(world.browser().signIn(company))).toBe(code);
    expect(await codeOf(world.browser(second).signIn(company))).toBe(code);
    expect(await codeOf(browser.get('/session'))).toBe('session-ended');
    expect(await codeOf(browser.at(second).get('/cases'))).toBe('session-ended');
    await ended;
    // What lived by a revoked certificate is over; what lives by a suspended one goes on when it is resumed.
    expect(await caseState()).toBe(after);
    if (how === 'revoked') return;
    await world.db.transaction().execute((tx) => resume(tx, row.id, world.time, 'test'));
    expect(await codeOf(world.browser(second).signIn(company))).toBe('done');
  });

  test('is told to whoever checks it, by lists and answers of any node', async () => {
    const { second, row } = await followed();
    await world.db.transaction().execute((tx) => revoke(tx, row.id, 'keyCompromise', world.time));
    const id = buildCertId({ serialNumber: row.serial_number }, world.ca.certificate);
    const path = encodeURIComponent(Buffer.from(buildOcspRequest([id])).toString('base64'));
    for (const { app } of [world.desk, second]) {
      const answer = parseOcspResponse((await app.inject(`/status/ocsp/${path}`)).rawPayload);
      const [said] = answer.status === 'successful' ? answer.basic.responses : [];
      expect(said?.status).toMatchObject({ status: 'revoked', reason: 'keyCompromise' });
    }
    const metrics = await second.app.inject('/metrics');
    expect(metrics.body).toMatch(/certdesk_crl_age_seconds \d/);
    expect(metrics.body).toMatch(/certdesk_crl_remaining_seconds \d/);
  });
});

describe('a registration client', () => {
  const client = generateSoftwareKey('p256');
  beforeEach(async () => {
    const added = {
      id: 'erp',
      name: 'ERP',
      publicKey: client.publicKey,
      profiles: ['entity-signing-sm2'],
      dailyLimit: 2,
    };
    await world.db.transaction().execute((tx) => addClient(tx, added, 'test', world.time));
  });
  const enable = () =>
    world.db.transaction().execute((tx) => setClientEnabled(tx, 'erp', true, 'test', world.time));

  async function request(change: object = {}, signer = softwareSigner(client.privateKey)) {
    const key = generateSoftwareKey('sm2');
    const subject = Name.of([{ type: 'CN', value: 'x' }]);
    const pkcs10 = await buildRequest({ subject, signer: softwareSigner(key.privateKey) });
    const payload = Buffer.from(
      JSON.stringify({
        client: 'erp',
        requestId: randomUUID(),
        at: world.time.toISOString(),
        profile: 'entity-signing-sm2',
        request: Buffer.from(pkcs10).toString('base64'),
        entityName: '上海示例有限公司',
        identityNumbers: [{ kind: 'uscc', value: '91310106669433828F' }],
        years: 1,
        ...change,
      }),
    );
    const signature = await signer.sign(signedOctets(signedTypes.registration, payload));
    const statement = {
      payload: payload.toString('base64'),
      signature: Buffer.from(signature).toString('base64'),
    };
    return { client: 'erp', statement };
  }
  const post = (body: object) =>
    world.browser().post<{ certificate: string }>('/registration/certificates', body);

  test('is refused until it is enabled; then the same request gives the same certificate, up to its limit', async () => {
    expect(await codeOf(post(await request()))).toBe('client-unknown');
    await enable();
    const body = await request();
    const { certificate } = await post(body);
    expect((await post(body)).certificate).toBe(certificate);
    expect(Certificate.parse(Buffer.from(certificate, 'base64')).subject.get('CN')).toBe('上海示例有限公司');
    await post(await request());
    expect(await codeOf(post(await request()))).toBe('client-limit');
  });

  test('whose signature is another’s, whose clock is off, or who asks for more than it may, gets its sentence', async () => {
    await enable();
    const stranger = softwareSigner(generateSoftwareKey('p256').privateKey);
    expect(await codeOf(post(await request({}, stranger)))).toBe('signature-invalid');
    expect(await codeOf(post(await request({ at: '2026-01-01T00:00:00.000Z' })))).toBe('client-clock');
    expect(await codeOf(post(await request({ profile: 'entity-signing-p256' })))).toBe('client-profile');
  });
});

test('a database that goes away is said in one sentence, changes nothing, and is used again when it is back', async () => {
  const browser = world.browser();
  await browser.signIn(await world.company());
  const admin = new pg.Client(world.databaseUrl.replace(/\/[^/]+$/, '/postgres'));
  await admin.connect();
  const name = new URL(world.databaseUrl).pathname.slice(1);
  await admin.query(`alter database ${name} allow_connections false`);
  await admin.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [name]);
  expect((await world.desk.app.inject('/readyz')).statusCode).toBe(503);
  expect((await world.desk.app.inject('/healthz')).statusCode).toBe(200);
  const lost = await browser.ask('GET', '/session');
  expect(lost.statusCode).toBe(503);
  expect(lost.json().sentence.zh).toContain('没有改动');
  await admin.query(`alter database ${name} allow_connections true`);
  await admin.end();
  await expect.poll(async () => (await world.desk.app.inject('/readyz')).statusCode).toBe(200);
  expect(await codeOf(openCase(browser))).toBe('done');
});
