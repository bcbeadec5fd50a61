/** The authority itself, without a case around it: as registration clients use it. */
import { join } from 'node:path';
import { buildRequest, Certificate, generateSoftwareKey, Name, softwareSigner } from '@certdesk/pki';
import { beforeEach, expect, test } from 'vitest';
import { protectionFiles, secret } from '../../another-ca.test-support.ts';
import { Cmp, type CmpConfiguration } from '../../setup/cmp-configuration.ts';
import { intentRequest, now, passphrase, testCa, testDesk } from '../authority.test-support.ts';
import type { BulkAuthority } from '../embedded/embedded.ts';
import { finishOpenIntents } from '../finish-open-intents.ts';
import { readProfiles } from '../profiles.ts';
import { cmpAuthority } from './cmp.ts';
import { type FakeCa, fakeCa } from './fake-ca.test-support.ts';
import { openCmp } from './settings.ts';

let desk: Awaited<ReturnType<typeof testDesk>>;
let ca: FakeCa;
let time: Date;
let authority: BulkAuthority;

const clock = () => time;
const later = (seconds: number) => {
  time = new Date(time.getTime() + seconds * 1000);
};
const atCa = () => [...ca.issued.values()].map(({ state }) => state);

async function before(change: Partial<CmpConfiguration> = {}): Promise<BulkAuthority> {
  const { ca: own, folder } = await testCa();
  const file = await protectionFiles(own, passphrase);
  const configuration = Cmp.parse({
    url: ca.url,
    chain: [join(folder, 'issuing.crt'), join(folder, 'root.crt')],
    protection: { kind: 'mac', reference: 'desk', secret: file('secret') },
  });
  const settings = await openCmp({ ...configuration, ...change }, passphrase, time);
  return cmpAuthority({ db: desk.db, settings, profiles: readProfiles(), clock });
}

beforeEach(async () => {
  time = now;
  desk = await testDesk();
  const { certificate, signer } = (await testCa()).ca;
  ca = await fakeCa({ certificate, signer, clock, secret: Buffer.from(secret) });
  authority = await before();
});

const intend = (request = intentRequest()) =>
  desk.db.transaction().execute((tx) => authority.intend(tx, request, time));
const confirmAll = async () => {
  const due = await authority.unconfirmed(time, 10);
  for (const { intentId } of due) await authority.confirm(intentId);
  return due.length;
};
const finishOpen = () =>
  finishOpenIntents(desk.db, authority, { before: time, now: time, continueCase: async () => {} });

test('outside a case there is no proof to wait for: in force at once, and confirmed by a job', async () => {
  const request = intentRequest();
  const { intentId, serialNumber } = await intend(request);
  expect(serialNumber).toBeNull();
  const issued = await authority.finish(intentId);
  expect(issued.serialNumber).toBe([...ca.issued.keys()][0]);
  expect(Certificate.parse(issued.der).publicKey).toEqual(request.publicKey);
  // The same again is the same certificate, and the CA is not asked again.
  expect((await authority.finish((await intend(request)).intentId)).digest).toBe(issued.digest);
  const row = await desk.db.selectFrom('certificate').select('state').executeTakeFirst();
  expect(row?.state).toBe('in-force');
  expect(await confirmAll()).toBe(1);
  expect(await confirmAll()).toBe(0);
  expect(ca.seen).toEqual(['cr', 'certConf']);
  expect(atCa()).toEqual(['confirmed']);
});

test('one that the CA does not let be confirmed is revoked in the register, and at the CA', async () => {
  await authority.finish((await intend()).intentId);
  ca.withdrawn = true;
  await confirmAll();
  const row = await desk.db.selectFrom('certificate').select('state').executeTakeFirst();
  expect(row?.state).toBe('revoked');
  ca.withdrawn = false;
  expect(await authority.tend()).toEqual([]);
  expect(await authority.tend()).toEqual([]);
  expect(atCa()).toEqual(['revoked']);
  expect(ca.seen.filter((kind) => kind === 'rr')).toHaveLength(1);
});

test('a wait is gone on with by a job, and is no failure of it', async () => {
  ca.polls = 1;
  await expect(intend().then(({ intentId }) => authority.finish(intentId))).rejects.toMatchObject({
    code: 'issuing-not-yet',
  });
  expect(await finishOpen()).toMatchObject({ finished: 0, failed: [] });
  later(6);
  expect((await finishOpen()).failed).toEqual([]);
  later(61);
  expect((await finishOpen()).failed).toEqual([]);
  expect(ca.issued.size).toBe(1);
});

test('an intent from when another authority stood behind the port is finished by this one', async () => {
  const { intentId } = await desk.db
    .transaction()
    .execute((tx) => desk.authority.intend(tx, intentRequest(), time));
  const issued = await authority.finish(intentId);
  expect(issued.serialNumber).toBe([...ca.issued.keys()][0]);
});

test('and one of this authority is not finished by the embedded one', async () => {
  const { intentId } = await intend();
  await expect(desk.authority.finish(intentId)).rejects.toMatchObject({ code: 'authority-unavailable' });
});

test('by PKCS#10 the request goes as it is, and the CA’s own term is taken', async () => {
  authority = await before({ request: 'p10cr' });
  const key = generateSoftwareKey('sm2');
  const { content } = intentRequest();
  const subject = Name.parse(Buffer.from(content.subject, 'base64'));
  const request = await buildRequest({ subject, signer: softwareSigner(key.privateKey) });
  const { intentId } = await intend(intentRequest({ publicKey: key.publicKey, request, content }));
  const { der } = await authority.finish(intentId);
  expect(Certificate.parse(der).notAfter.toISOString()).not.toBe(content.notAfter);
  const row = await desk.db.selectFrom('certificate').select('not_after').executeTakeFirst();
  expect(row?.not_after).toEqual(Certificate.parse(der).notAfter);
});

test('a CA that knows the transaction and cannot be polled for it is asked in another one, and not for ever', async () => {
  const { intentId } = await intend();
  let answers = 0;
  ca.lie = (content) => {
    answers += 1;
    const failures =
      ca.seen.at(-1) === 'pollReq' ? (['badRequest'] as const) : (['transactionIdInUse'] as const);
    const status = { status: 'rejection' as const, text: [], failures };
    return answers > 4 ? content : { ...content, body: { kind: 'error', status, details: [] } };
  };
  ca.forgetful = true;
  await authority.finish(intentId);
  expect(ca.seen).toEqual(['cr', 'pollReq', 'cr', 'pollReq', 'cr']);
  const row = await desk.db.selectFrom('cmp_transaction').select('attempt').executeTakeFirst();
  expect(row?.attempt).toBe(3);
});

test('no two nodes ask about one intent at once', async () => {
  const { intentId } = await intend();
  const other = await before();
  let release = () => {};
  ca.hold = new Promise((resolve) => {
    release = resolve;
  });
  const asked = ca.coming('cr');
  const mine = authority.finish(intentId);
  await asked;
  await expect(other.finish(intentId)).rejects.toMatchObject({ code: 'issuing-not-yet' });
  release();
  expect((await other.finish((await mine).id)).digest).toBe((await mine).digest);
  expect(ca.seen).toEqual(['cr']);
});
