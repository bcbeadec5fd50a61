import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { signedTypes } from '@certdesk/contract';
import { beforeEach, expect, test } from 'vitest';
import { revoke, supersede, suspend } from '../authority/certificates.ts';
import { createAuthority } from '../authority/embedded/create.ts';
import { openIssuingCa } from '../authority/embedded/open.ts';
import { codeOf, openTestDesk, orderOf, type TestDesk } from '../desk.test-support.ts';

let world: TestDesk;
const day = 86_400_000;
beforeEach(async () => {
  world = await openTestDesk();
});

async function stateOf(digest: string): Promise<{ id: string }> {
  return world.db
    .selectFrom('certificate')
    .select('id')
    .where('digest', '=', digest)
    .executeTakeFirstOrThrow();
}

test('a key signs in; the cookie is HttpOnly, SameSite and Secure, and the database holds only its digest', async () => {
  const company = await world.company();
  const browser = world.browser();
  const order = await browser.signInOrder();
  const answer = await browser.ask('POST', '/sign-in', await company.signIn(order));
  expect(answer.json()).toMatchObject({
    mode: 'full',
    certificate: { digest: company.digest, state: 'in-force' },
  });
  expect(String(answer.headers['set-cookie'])).toMatch(
    /__Host-session=.+; Path=\/; HttpOnly; Secure; SameSite=Strict/,
  );
  const cookie = browser.cookie('__Host-session') ?? '';
  const { rows } = { rows: await world.db.selectFrom('session').selectAll().execute() };
  expect(JSON.stringify(rows)).not.toContain(cookie);
  expect(world.logged.join('')).not.toContain(cookie);
  expect(await browser.get('/session')).toMatchObject({ mode: 'full' });
});

test('a challenge is good once', async () => {
  const company = await world.company();
  const browser = world.browser();
  const signed = await company.signIn(await browser.signInOrder());
  await browser.post('/sign-in', signed);
  expect(await codeOf(browser.post('/sign-in', signed))).toBe('challenge-unknown');
});

test('a challenge is spent by a signature that does not verify, too', async () => {
  const company = await world.company();
  const stranger = await world.company();
  const browser = world.browser();
  const order = await browser.signInOrder();
  const forged = {
    ...(await company.signIn(order)),
    statement: await stranger.sign(signedTypes.signIn, {
      origin: world.configuration.publicOrigin,
      order: orderOf(order).id,
      nonce: orderOf(order).nonce,
      certificate: company.digest,
    }),
  };
  expect(await codeOf(browser.post('/sign-in', forged))).toBe('signature-invalid');
  expect(await codeOf(browser.post('/sign-in', await company.signIn(order)))).toBe('challenge-unknown');
});

test('a challenge is good for minutes, by the server’s clock', async () => {
  const company = await world.company();
  const browser = world.browser();
  const signed = await company.signIn(await browser.signInOrder());
  world.time = new Date(world.time.getTime() + 301_000);
  expect(await codeOf(browser.post('/sign-in', signed))).toBe('challenge-late');
});

test('a challenge is good for the browser that asked for it alone', async () => {
  const company = await world.company();
  const signed = await company.signIn(await world.browser().signInOrder());
  const other = world.browser();
  expect(await codeOf(other.post('/sign-in', signed))).toBe('challenge-browser');
  await other.signInOrder();
  expect(await codeOf(other.post('/sign-in', signed))).toBe('challenge-browser');
});

test.each([
  ['another origin', { origin: 'https://evil.example' }],
  ['another certificate', { certificate: 'a'.repeat(64) }],
  ['something more', { more: 'of it' }],
])('a statement about %s signs nobody in', async (_, change) => {
  const company = await world.company();
  const browser = world.browser();
  const signed = await company.signIn(await browser.signInOrder(), change);
  expect(await codeOf(browser.post('/sign-in', signed))).toBe('statement-invalid');
  expect(await codeOf(browser.get('/session'))).toBe('session-ended');
});

test.each(Object.values(signedTypes).filter((type) => type !== signedTypes.signIn))(
  'a signature over “%s” signs nobody in',
  async (type) => {
    const company = await world.company();
    const browser = world.browser();
    const signed = await company.signIn(await browser.signInOrder(), {}, type);
    expect(await codeOf(browser.post('/sign-in', signed))).toBe('signature-invalid');
  },
);

test('each state of a certificate has its own sentence', async () => {
  const { db } = world;
  const now = world.time;
  const attempt = async (company: Awaited<ReturnType<TestDesk['company']>>) =>
    codeOf(world.browser().signIn(company));
  const [revoked, suspended, superseded, successor] = await Promise.all(
    Array.from({ length: 4 }, () => world.company()),
  );
  if (!revoked || !suspended || !superseded || !successor) throw new Error('no companies');
  const by = (await stateOf(successor.digest)).id;
  await db.transaction().execute(async (tx) => {
    await revoke(tx, (await stateOf(revoked.digest)).id, 'keyCompromise', now);
    await suspend(tx, (await stateOf(suspended.digest)).id, now, 'test');
    await supersede(tx, (await stateOf(superseded.digest)).id, by, now);
  });
  expect(await attempt(revoked)).toBe('certificate-revoked');
  expect(await attempt(suspended)).toBe('certificate-suspended');
  expect(await attempt(superseded)).toBe('certificate-superseded');
  expect(await attempt(await world.company({ unknown: true }))).toBe('certificate-unknown');
  const later = new Date(now.getTime() + day);
  const early = await world.company({
    notBefore: later,
    notAfter: new Date(later.getTime() + day),
    unknown: true,
  });
  expect(await attempt(early)).toBe('certificate-not-yet-valid');
  const refusals = await db
    .selectFrom('audit_event')
    .select('data')
    .where('action', '=', 'access.refused')
    .execute();
  expect(refusals.map(({ data }) => data.code)).toContain('certificate-revoked');
});

test('a certificate of another authority is turned away', async () => {
  const folder = join(await mkdtemp(join(tmpdir(), 'certdesk-other-')), 'authority');
  const same = {
    organisation: '测试证书中心',
    algorithm: 'sm2' as const,
    passphrase: 'x',
    rootPassphrase: 'y',
  };
  await createAuthority({ folder, ...same, cost: { logN: 4, r: 1, p: 1 }, now: new Date('2020-01-01') });
  const foreign = await world.company({ ca: await openIssuingCa(folder, 'x'), unknown: true });
  expect(await codeOf(world.browser().signIn(foreign))).toBe('certificate-foreign');
});

test('an expired certificate signs in for a renewal alone, until it is too late', async () => {
  const notAfter = new Date(world.time.getTime() - 20 * day);
  const company = await world.company({ notAfter });
  const browser = world.browser();
  await browser.signIn(company);
  expect(await browser.get('/session')).toMatchObject({ mode: 'renewal-only' });
  world.time = new Date(world.time.getTime() + 200 * day);
  expect(await codeOf(world.browser().signIn(company))).toBe('certificate-expired-too-long');
});

test('a session ends when it is idle, when it is old, when it is signed out, and when its certificate is revoked', async () => {
  const company = await world.company();
  const minutes = (count: number) => {
    world.time = new Date(world.time.getTime() + count * 60_000);
  };
  const idle = world.browser();
  await idle.signIn(company);
  minutes(21);
  expect(await codeOf(idle.get('/session'))).toBe('session-ended');

  const old = world.browser();
  await old.signIn(company);
  for (let passed = 0; passed < 120; passed += 15) {
    expect(await codeOf(old.get('/session'))).toBe('done');
    minutes(15);
  }
  expect(await codeOf(old.get('/session'))).toBe('session-ended');

  const out = world.browser();
  await out.signIn(company);
  expect((await out.ask('DELETE', '/session')).statusCode).toBe(204);
  expect(out.cookie('__Host-session')).toBeUndefined();

  const revoked = world.browser();
  await revoked.signIn(company);
  const { id } = await stateOf(company.digest);
  await world.db.transaction().execute((tx) => revoke(tx, id, 'keyCompromise', world.time));
  expect(await codeOf(revoked.get('/session'))).toBe('session-ended');
});

test('another site’s page can make no browser do anything', async () => {
  const company = await world.company();
  const browser = world.browser();
  await browser.signIn(company);
  const from = (headers: Record<string, string>) => browser.ask('POST', '/sign-in/orders', {}, headers);
  expect((await from({ origin: 'https://evil.example' })).json().code).toBe('origin-refused');
  expect((await from({})).json().code).toBe('origin-refused');
});

test('one certificate signs in so often and no more, over all nodes', async () => {
  const company = await world.company();
  const second = await world.node();
  const results: string[] = [];
  for (let count = 0; count < 21; count += 1) {
    results.push(await codeOf(world.browser(count % 2 ? second : world.desk).signIn(company)));
  }
  expect(results.slice(0, 20)).toEqual(Array(20).fill('done'));
  expect(results[20]).toBe('too-many-requests');
});

test('a desk that is closed says so', async () => {
  const closed = await openTestDesk({ maintenance: true });
  expect(await codeOf(closed.browser().signInOrder())).toBe('maintenance');
});
