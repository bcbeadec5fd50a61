import { createHmac, randomBytes } from 'node:crypto';
import { encryptionProofOctets } from '@certdesk/contract';
import { Sm2PrivateKey, sm4DecryptEcb } from '@certdesk/gm';
import {
  Certificate,
  certificateDigest,
  generateSoftwareKey,
  openEnvelopedKey,
  publicKeyDigest,
} from '@certdesk/pki';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { createTestDatabase } from '../../../../../test/support/database.ts';
import {
  Assistant,
  type Browser,
  Company,
  type CompanyOptions,
  codeOf,
  openTestDesk,
  origin,
  type TestDesk,
} from '../../desk.test-support.ts';
import { testKeyManagement } from '../../keymanagement/keymanagement.test-support.ts';
import type { PairCounts } from '../../keymanagement/port.ts';
import { takeCommand } from '../../operators/commands.ts';
import { register, testOperator } from '../../operators/operators.test-support.ts';
import { retirePairsJob } from '../../reissue/effects.ts';
import { orderOfCase } from '../../reissue/reissue.test-support.ts';
import type { Configuration } from '../../setup/configuration.ts';
import { statusCommands } from '../../status/commands.ts';
import { orderRenewal, presentCase } from './renewal.test-support.ts';

const day = 86_400_000;
/** Jobs come when the machine has time for them. */
const patience = { timeout: 20_000 };

interface Twin {
  readonly certificate: Uint8Array;
  readonly pair: Sm2PrivateKey;
}

const ends: (() => Promise<void>)[] = [];
const whenDone = (work: () => Promise<void>) => void ends.unshift(work);
let desk: TestDesk;
let keys: Awaited<ReturnType<typeof testKeyManagement>>;

/** One desk and one key management for all tests of this file; each has a company of its own. */
beforeAll(async () => {
  const { url } = await createTestDatabase({ migrated: false });
  keys = await testKeyManagement(url, () => desk?.time ?? new Date(), 3, whenDone);
  const change = async ({ configuration: read }: { configuration: Configuration }) => ({
    keyManagement: keys.configuration,
    renewal: { ...read.renewal, twinProfile: 'entity-twin-sm2' },
  });
  desk = await openTestDesk(change, whenDone);
});
afterAll(async () => {
  for (const end of ends) await end();
});

/** Before the clock is set: a request that is under way would be too old, and its job would wait for its next turn. */
async function retired(): Promise<void> {
  const waiting = () =>
    sql`select from graphile_worker.jobs where task_identifier = ${retirePairsJob}`.execute(desk.db);
  await expect.poll(async () => (await waiting()).rows.length, patience).toBe(0);
}

/** A company whose certificate has an encryption twin, and its browser. */
class World {
  company: Company;
  browser: Browser;
  readonly #before: PairCounts;

  private constructor(company: Company, browser: Browser, before: PairCounts) {
    this.company = company;
    this.browser = browser;
    this.#before = before;
  }

  static async open(options: CompanyOptions = { twin: true }): Promise<World> {
    await retired();
    // Years pass in some tests; what earlier ones used up of rate limits is forgotten.
    desk.time = new Date('2027-03-01T08:00:00Z');
    await desk.db.deleteFrom('rate_limit').execute();
    const company = await desk.company(options);
    const world = new World(company, desk.browser(), await keys.keys.count());
    await world.browser.signIn(company);
    return world;
  }

  async comeBack(daysBeforeEnd: number): Promise<void> {
    await retired();
    const { notAfter } = Certificate.parse(this.company.certificate);
    desk.time = new Date(notAfter.getTime() - daysBeforeEnd * day);
    this.browser = desk.browser();
    await this.browser.signIn(this.company);
  }

  async write(): Promise<Assistant> {
    const { id } = await orderRenewal(this.browser);
    const assistant = new Assistant(desk.desk, await orderOfCase(this.browser, id));
    await assistant.take();
    return assistant;
  }

  /** Of this company. */
  async certificates() {
    return desk.db
      .selectFrom('certificate')
      .select(['digest', 'use', 'state', 'der', 'id'])
      .where('line_id', '=', (own) =>
        own.selectFrom('certificate').select('line_id').where('digest', '=', this.company.digest),
      )
      .orderBy('issued_at')
      .execute();
  }

  async states(): Promise<Record<string, string>> {
    return Object.fromEntries((await this.certificates()).map(({ digest, state }) => [digest, state]));
  }

  async encryptionInForce() {
    const found = (await this.certificates()).find(
      ({ use, state }) => use === 'encryption' && state === 'in-force',
    );
    if (!found) throw new Error('no encryption certificate in force');
    return found;
  }

  /** Pairs beyond those that there were before. */
  async pairs(): Promise<{ inUse: number; history: number }> {
    const { inUse, history } = await keys.keys.count();
    return { inUse: inUse - this.#before.inUse, history: history - this.#before.history };
  }
}

/** Asks for both certificates and opens the envelope as the key does. */
async function certify(
  assistant: Assistant,
  company: Company,
  key = generateSoftwareKey('sm2'),
  change = {},
) {
  const { body } = await assistant.requestFor(company, key, change);
  const answer = await assistant.call<{
    certificate: string;
    twin: { certificate: string; envelope: string | null } | null;
  }>('/orders/certificate', body);
  const fresh = new Company(Buffer.from(answer.certificate, 'base64'), key.privateKey);
  const { certificate = '', envelope = null } = answer.twin ?? {};
  const pair =
    envelope === null
      ? undefined
      : openEnvelopedKey(Buffer.from(envelope, 'base64'), Sm2PrivateKey.fromPkcs8(key.privateKey));
  return { key, fresh, certificate: Buffer.from(certificate, 'base64'), pair, envelope };
}

/** @param change of what the key answers */
async function prove(assistant: Assistant, fresh: Company, twin: Twin, change: object = {}): Promise<string> {
  const { nonce, twin: asked } = await assistant.call<{
    nonce: string;
    twin: { wrappedKey: string; data: string };
  }>('/orders/proof-challenge', {});
  const sessionKey = twin.pair.decrypt(Buffer.from(asked.wrappedKey, 'base64'), 'asn1');
  const secret = sm4DecryptEcb(sessionKey, Buffer.from(asked.data, 'base64'), { padding: false });
  const certificate = certificateDigest(twin.certificate);
  const octets = encryptionProofOctets({ case: assistant.order.case.id, nonce, certificate });
  const check = createHmac('sm3', secret).update(octets).digest('hex');
  return assistant.prove(fresh, { twin: { certificate, check, ...change } });
}

async function renew(world: World) {
  const assistant = await world.write();
  const { key, fresh, certificate, pair } = await certify(assistant, world.company);
  if (!pair) throw new Error('no pair');
  const twin = { certificate, pair };
  expect(await prove(assistant, fresh, twin)).toBe('proved');
  expect(await assistant.finish()).toBe('done');
  return { assistant, key, fresh, twin };
}

describe('twin certificates', () => {
  test('are issued for one request: same subject, same validity, two serial numbers, two uses', async () => {
    const world = await World.open();
    const assistant = await world.write();
    expect(assistant.order).toMatchObject({
      confirmed: { twin: true },
      twin: { keepOld: true, expendable: [] },
    });
    const { fresh, certificate, pair } = await certify(assistant, world.company);
    const [signing, encryption] = [Certificate.parse(fresh.certificate), Certificate.parse(certificate)];
    expect(encryption.subject.equals(signing.subject)).toBe(true);
    expect([encryption.notBefore, encryption.notAfter]).toEqual([signing.notBefore, signing.notAfter]);
    expect(encryption.serialNumber).not.toBe(signing.serialNumber);
    expect(signing.keyUsage).toEqual(['digitalSignature', 'nonRepudiation']);
    expect(encryption.keyUsage).toEqual(['keyEncipherment', 'dataEncipherment', 'keyAgreement']);
    expect(encryption.extensions.find(({ oid }) => oid === '2.5.29.15')?.critical).toBe(true);
    expect(pair?.publicKey.toSpki()).toEqual(new Uint8Array(encryption.publicKey));
    const view = await presentCase(world.browser, assistant.order.case.id);
    expect(view.twin).toMatchObject({
      certificate: { state: 'in-force' },
      newCertificate: { serialNumber: encryption.serialNumber, state: 'issued' },
    });
  });

  test('come into force together with the proof, and the old two are superseded in the same moment', async () => {
    const world = await World.open();
    const [oldSigning, oldEncryption] = (await world.certificates()).map(({ digest }) => digest);
    const { assistant, fresh, twin } = await renew(world);
    const encryption = certificateDigest(twin.certificate);
    expect(await world.states()).toEqual({
      [oldSigning ?? '']: 'superseded',
      [oldEncryption ?? '']: 'superseded',
      [fresh.digest]: 'in-force',
      [encryption]: 'in-force',
    });
    const { twin: view, newCertificate } = await presentCase(world.browser, assistant.order.case.id);
    expect(view).toMatchObject({ newCertificate: { digest: encryption }, oldKey: 'on-key' });
    expect(newCertificate?.digest).toBe(fresh.digest);
    const ids = (await world.certificates()).map(({ id }) => id);
    const { rows } = await sql<{ transactions: number }>`
      select count(distinct xmin::text)::int as transactions from certificate
      where id = any(${ids}::uuid[])`.execute(desk.db);
    expect(rows).toEqual([{ transactions: 1 }]);
  });

  test('are revoked, suspended and resumed together, by an operator’s signed command', async () => {
    const world = await World.open();
    const before = Object.keys(await world.states());
    const { fresh, twin } = await renew(world);
    const [signing, encryption] = [fresh.digest, certificateDigest(twin.certificate)];
    const carol = testOperator('carol', origin, () => desk.time);
    await register(desk.db, desk.time, [carol, 'revocation']);
    const order = async (action: string, digest: string, parameters = {}) => {
      const signed = await carol.sign({ action, subject: `certificate:${digest}`, parameters });
      const rules = { origin, definitions: statusCommands, maxAgeHours: 24, secondWithinDays: 7 };
      await desk.db.transaction().execute((tx) => takeCommand(tx, rules, signed, desk.time));
      const states = await world.states();
      return [signing, encryption, ...before].map((each) => states[each]);
    };
    const old = ['superseded', 'superseded'];
    expect(await order('certificate.suspend', signing)).toEqual(['suspended', 'suspended', ...old]);
    expect(await order('certificate.resume', signing)).toEqual(['in-force', 'in-force', ...old]);
    const compromised = { reason: 'keyCompromise' };
    expect(await order('certificate.revoke', signing, compromised)).toEqual(['revoked', 'revoked', ...old]);
    const [oldSigning = ''] = before;
    const all = ['revoked', 'revoked', 'revoked', 'revoked'];
    expect(await order('certificate.revoke', oldSigning, compromised)).toEqual(all);
  });

  test('asked for again come the same, in a new envelope; the same pair however often answers are lost', async () => {
    const world = await World.open();
    const assistant = await world.write();
    const first = await certify(assistant, world.company);
    const again = await certify(assistant, world.company, first.key);
    expect(again.fresh.digest).toBe(first.fresh.digest);
    expect(again.certificate).toEqual(first.certificate);
    expect(again.envelope).not.toBe(first.envelope);
    expect(again.pair?.toScalar()).toEqual(first.pair?.toScalar());
    expect(await world.pairs()).toMatchObject({ inUse: 1 });
  });

  test('wait for the key management: away, nothing is issued; back, the case goes on', async () => {
    const world = await World.open();
    const assistant = await world.write();
    const keyManagement = { ...keys.configuration, url: 'http://127.0.0.1:1' };
    const without = await desk.node({ keyManagement }, onTestFinished);
    const elsewhere = new Assistant(without, assistant.signed);
    elsewhere.token = assistant.token;
    const key = generateSoftwareKey('sm2');
    expect(await codeOf(certify(elsewhere, world.company, key))).toBe('key-management-unavailable');
    expect(await presentCase(world.browser, assistant.order.case.id)).toMatchObject({ state: 'ordered' });
    const intents = desk.db.selectFrom('issuance_intent').select('id');
    expect(await intents.where('case_id', '=', assistant.order.case.id).execute()).toEqual([]);
    const { fresh } = await certify(assistant, world.company, key);
    expect(await world.states()).toMatchObject({ [fresh.digest]: 'issued' });
  });

  test('of a key that lost its pair are withdrawn together, with the pair, and two others come', async () => {
    const world = await World.open();
    const assistant = await world.write();
    const lost = await certify(assistant, world.company);
    const { fresh, certificate, pair } = await certify(assistant, world.company);
    const states = await world.states();
    expect([states[lost.fresh.digest], states[certificateDigest(lost.certificate)]]).toEqual([
      'revoked',
      'revoked',
    ]);
    expect(pair?.toScalar()).not.toEqual(lost.pair?.toScalar());
    if (pair) expect(await prove(assistant, fresh, { certificate, pair })).toBe('proved');
    await expect.poll(() => world.pairs(), patience).toMatchObject({ inUse: 1, history: 1 });
  });

  test('of a case that is cancelled are withdrawn together, and the pair goes into the history', async () => {
    const world = await World.open();
    const before = await world.states();
    const assistant = await world.write();
    await certify(assistant, world.company);
    await world.browser.post(`/cases/${assistant.order.case.id}/cancel`);
    const after = await world.states();
    expect(after).toMatchObject(before);
    expect(Object.values(after).filter((state) => state === 'revoked')).toHaveLength(2);
    await expect.poll(() => world.pairs(), patience).toMatchObject({ inUse: 0, history: 1 });
  });
});

describe('the proof of an encryption key', () => {
  test.each([
    ['another check value', { check: '0'.repeat(64) }, 'proof-encryption'],
    ['another certificate', { certificate: '0'.repeat(64) }, 'statement-invalid'],
  ])('with %s is none, and nothing changes', async (_, change, code) => {
    const world = await World.open();
    const before = await world.states();
    const assistant = await world.write();
    const { fresh, certificate, pair } = await certify(assistant, world.company);
    if (!pair) throw new Error('no pair');
    expect(await codeOf(prove(assistant, fresh, { certificate, pair }, change))).toBe(code);
    expect(await codeOf(assistant.prove(fresh))).toBe('statement-invalid');
    expect(await world.states()).toMatchObject(before);
    expect(await prove(assistant, fresh, { certificate, pair })).toBe('proved');
    expect(await prove(assistant, fresh, { certificate, pair })).toBe('proved');
  });

  test('can be made of nothing that the database holds', async () => {
    const world = await World.open();
    const assistant = await world.write();
    const { fresh, certificate, pair } = await certify(assistant, world.company);
    const challenge = await assistant.call<{ nonce: string; twin: { wrappedKey: string; data: string } }>(
      '/orders/proof-challenge',
      {},
    );
    expect(await assistant.call('/orders/proof-challenge', {})).toEqual(challenge);
    const sessionKey =
      pair?.decrypt(Buffer.from(challenge.twin.wrappedKey, 'base64'), 'asn1') ?? randomBytes(16);
    const secret = sm4DecryptEcb(sessionKey, Buffer.from(challenge.twin.data, 'base64'), { padding: false });
    const octets = encryptionProofOctets({
      case: assistant.order.case.id,
      nonce: challenge.nonce,
      certificate: certificateDigest(certificate),
    });
    const check = createHmac('sm3', secret).update(octets).digest('hex');
    const rows = JSON.stringify(await desk.db.selectFrom('desk_case').selectAll().execute());
    for (const hidden of [
      check,
      Buffer.from(secret).toString('base64'),
      Buffer.from(sessionKey).toString('base64'),
    ])
      expect(rows).not.toContain(hidden);
    const proved = { certificate: certificateDigest(certificate), check };
    expect(await assistant.prove(fresh, { twin: proved })).toBe('proved');
  });
});

test('what the old key signs says that there are two, and for which pair: anything else is refused', async () => {
  const world = await World.open();
  const assistant = await world.write();
  const { confirmed } = assistant.order;
  for (const change of [
    { confirmed: { ...confirmed, twin: false } },
    { pair: 'present' },
    { confirmed: { ...confirmed, years: 1 } },
  ])
    expect(await codeOf(certify(assistant, world.company, generateSoftwareKey('sm2'), change))).toBe(
      'statement-invalid',
    );
  expect(await world.pairs()).toMatchObject({ inUse: 0 });
});

test('old encryption keys: the first container stays, the one before leaves or may go, and the history has its key', async () => {
  const world = await World.open();
  const imported = world.company.keyDigest;
  const first = await renew(world);
  world.company = first.fresh;
  for (const round of [2, 3]) {
    await world.comeBack(30);
    const { assistant, fresh } = await renew(world);
    const { twin, leftovers } = assistant.order;
    expect(twin?.keepOld).toBe(true);
    // One former container stays: the one of the renewal before makes way for the old one of this renewal. The very first
    // encryption key is of a former system, and nobody has it but the key.
    expect(twin?.expendable).toEqual([]);
    expect(leftovers).toHaveLength(round - 2);
    expect(leftovers).not.toContainEqual({ key: imported });
    world.company = fresh;
  }
  await expect.poll(() => world.pairs(), patience).toEqual({ inUse: 1, history: 2 });
});

describe('a line without an encryption certificate', () => {
  test('is renewed to a signing certificate alone', async () => {
    const world = await World.open({});
    const assistant = await world.write();
    expect(assistant.order).toMatchObject({ confirmed: { twin: false }, twin: null });
    const fresh = await assistant.certify(world.company);
    expect(await assistant.prove(fresh)).toBe('proved');
    expect(await world.pairs()).toMatchObject({ inUse: 0 });
    expect(await presentCase(world.browser, assistant.order.case.id)).toMatchObject({ twin: null });
  });
});

describe('a pair that is certified again', () => {
  test('keeps its encryption pair, and signs in with the certificate that the key still carries', async () => {
    const world = await World.open();
    const { key, fresh } = await renew(world);
    world.company = fresh;
    await world.comeBack(30);
    const encryption = await world.encryptionInForce();
    const counts = await world.pairs();
    const assistant = await world.write();
    expect(assistant.order.recertify).toBe(true);
    expect(await presentCase(world.browser, assistant.order.case.id)).toMatchObject({ samePair: 'possible' });
    const again = await certify(assistant, fresh, key);
    expect(again.envelope).toBeNull();
    const publicKey = (der: Uint8Array) => publicKeyDigest(Certificate.parse(der).publicKey);
    expect(publicKey(again.certificate)).toBe(publicKey(encryption.der));
    expect(again.fresh.keyDigest).toBe(fresh.keyDigest);
    const pair = await keptPair(encryption.id, key);
    expect(await prove(assistant, again.fresh, { certificate: again.certificate, pair })).toBe('proved');
    // Cut off before the new certificates were written: the key shows the old one, and its key is the one in force.
    expect(await codeOf(desk.browser().signIn(fresh))).toBe('done');
    expect(await presentCase(world.browser, assistant.order.case.id)).toMatchObject({
      state: 'proved',
      twin: { oldKey: 'same' },
      samePair: 'certain',
    });
    const later = await certify(assistant, fresh, key);
    expect(later.certificate).toEqual(again.certificate);
    expect(await assistant.finish()).toBe('done');
    expect(await world.pairs()).toEqual(counts);
    expect((await presentCase(world.browser, assistant.order.case.id)).leftovers).toBe(false);
  });

  test('gets its certificates by a later order where nobody came to write them', async () => {
    const world = await World.open();
    const { key, fresh } = await renew(world);
    world.company = fresh;
    await world.comeBack(20);
    const assistant = await world.write();
    const again = await certify(assistant, fresh, key);
    const encryption = await world.encryptionInForce();
    const pair = await keptPair(encryption.id, key);
    await prove(assistant, again.fresh, { certificate: again.certificate, pair });
    await retired();
    desk.time = new Date(desk.time.getTime() + 31 * day);
    await sql`select graphile_worker.add_job('run-out-cases')`.execute(desk.db);
    world.browser = desk.browser();
    await world.browser.signIn(fresh);
    const { id } = assistant.order.case;
    await expect
      .poll(() => presentCase(world.browser, id), patience)
      .toMatchObject({ state: 'done', leftovers: true });
    const tidy = new Assistant(desk.desk, await orderOfCase(world.browser, id));
    expect(tidy.order).toMatchObject({
      purpose: 'tidy',
      certificates: [again.fresh.certificate, again.certificate].map((der) =>
        Buffer.from(der).toString('base64'),
      ),
    });
    await tidy.take();
    await tidy.finish();
    expect(await presentCase(world.browser, id)).toMatchObject({ leftovers: false });
  });

  test('is refused where the profile does not allow it', async () => {
    const world = await World.open({});
    const assistant = await world.write();
    expect(assistant.order.recertify).toBe(false);
    expect(await presentCase(world.browser, assistant.order.case.id)).toMatchObject({ samePair: null });
    expect(await codeOf(certify(assistant, world.company, world.company.pair))).toBe('request-key-used');
  });
});

/** The encryption pair that a key would have, asked once more of the key management. */
async function keptPair(certificateId: string, key: { privateKey: Uint8Array; publicKey: Uint8Array }) {
  const { pair } = await desk.db
    .selectFrom('certificate_pair')
    .select('pair')
    .where('certificate_id', '=', certificateId)
    .executeTakeFirstOrThrow();
  const { envelope } = await keys.keys.give(pair, key.publicKey);
  return openEnvelopedKey(envelope, Sm2PrivateKey.fromPkcs8(key.privateKey));
}
