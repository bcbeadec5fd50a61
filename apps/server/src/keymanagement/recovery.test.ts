import { join } from 'node:path';
import { type CommandStatement, type SignedStatement, signedTypes } from '@certdesk/contract';
import { Sm2PrivateKey } from '@certdesk/gm';
import {
  basicConstraints,
  buildCertificate,
  Certificate,
  DEFAULT_IDENTITY_NUMBER_OIDS,
  generateSoftwareKey,
  identityNumberExtension,
  type KeyUsage,
  keyUsage,
  Name,
  openEnvelopedKey,
  publicKeyDigest,
  softwareSigner,
} from '@certdesk/pki';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { createTestDatabase } from '../../../../test/support/database.ts';
import { readAuditPublicKey } from '../audit/key.ts';
import { verifyAudit } from '../audit/verify.ts';
import { origin } from '../desk.test-support.ts';
import { type TestOperator, testOperator } from '../operators/operators.test-support.ts';
import type { DeskError } from '../platform/error.ts';
import { keyPassphrase, testKeyManagement } from './keymanagement.test-support.ts';
import type { RecoveryOrder } from './port.ts';
import { recoveryOf } from './recovery.ts';
import { auditView, openKeyDatabase } from './service/database.ts';
import { openKeys } from './service/files.ts';
import { addOfficer, disableOfficer } from './service/officers.ts';

const day = 86_400_000;
const start = new Date('2027-03-01T08:00:00Z');
let now = start;
const clock = () => now;
const issuer = generateSoftwareKey('sm2');
const caName = Name.of([{ type: 'CN', value: '测试 CA' }]);
const validity = {
  notBefore: new Date(start.getTime() - 300 * day),
  notAfter: new Date(start.getTime() + 60 * day),
};
const root = await buildCertificate({
  serialNumber: '01',
  issuer: caName,
  subject: caName,
  ...validity,
  publicKey: issuer.publicKey,
  extensions: [basicConstraints({ ca: true }), keyUsage(['keyCertSign'])],
  signer: softwareSigner(issuer.privateKey),
});

async function certificate(
  publicKey: Uint8Array,
  usage: readonly KeyUsage[],
  name: string,
  uscc: string,
  by = issuer,
  notAfter = validity.notAfter,
) {
  const der = await buildCertificate({
    serialNumber: '77',
    issuer: caName,
    subject: Name.of([{ type: 'CN', value: name }]),
    ...validity,
    notAfter,
    publicKey,
    extensions: [
      keyUsage(usage),
      identityNumberExtension({ kind: 'uscc', value: uscc }, DEFAULT_IDENTITY_NUMBER_OIDS),
    ],
    signer: softwareSigner(by.privateKey),
  });
  return Certificate.parse(der);
}
const company = ['上海示例有限公司', '91310106669433828F'] as const;
const court = ['示例市人民法院', '11310000000000001X'] as const;
const signs: KeyUsage[] = ['digitalSignature', 'nonRepudiation'];
const encrypts: KeyUsage[] = ['keyEncipherment', 'dataEncipherment'];
const holder = Sm2PrivateKey.generate();
const judge = Sm2PrivateKey.generate();

/** A key management with two officers, and a pair in its history. */
async function world(whenDone: (work: () => Promise<void>) => void = onTestFinished) {
  const { url } = await createTestDatabase({ migrated: false });
  const keys = await testKeyManagement(url, clock, 1, whenDone, root);
  const { db, end } = openKeyDatabase(url);
  whenDone(end);
  const { storageKey } = await openKeys(keys.settings, keyPassphrase);
  const [alice, bob] = [testOperator('alice', origin, clock), testOperator('bob', origin, clock, 'p256')];
  for (const { id, signer } of [alice, bob])
    await addOfficer(db, storageKey, { id, name: id, publicKey: signer.publicKey }, now);
  const given = await keys.keys.give('case:1', Sm2PrivateKey.generate().publicKey.toSpki());
  await keys.keys.retire('case:1', 'superseded');
  const encryption = await certificate(given.publicKey, encrypts, ...company);
  const receiver = await certificate(holder.publicKey.toSpki(), signs, ...company);
  const authority = await certificate(judge.publicKey.toSpki(), signs, ...court);
  const wish = recoveryOf({ encryption, receiver }, undefined);
  const order = (one: SignedStatement, other: SignedStatement, change: Partial<RecoveryOrder> = {}) =>
    keys.keys.recover({
      commands: [one, other],
      certificate: encryption.der,
      receiver: receiver.der,
      issuers: [],
      ...change,
    });
  const both = async (change: Partial<CommandStatement> = {}, more: Partial<RecoveryOrder> = {}) =>
    order(await alice.sign({ ...wish, ...change }), await bob.sign({ ...wish, ...change }), more);
  const recovered = async () => {
    const rows = await db
      .selectFrom('audit_event')
      .selectAll()
      .where('action', '=', 'pair.recovered')
      .execute();
    expect(await db.selectFrom('recovery').select('id').execute()).toHaveLength(rows.length);
    return rows;
  };
  return {
    ...keys,
    db,
    storageKey,
    alice,
    bob,
    given,
    encryption,
    receiver,
    authority,
    wish,
    order,
    both,
    recovered,
  };
}
type World = Awaited<ReturnType<typeof world>>;

beforeEach(() => {
  now = start;
});

const refusalOf = (work: Promise<unknown>) =>
  work.then(
    () => 'given',
    ({ code, details }: DeskError) => `${code}: ${details.reason ?? details.certificate}`,
  );

test('two officers get a pair of the history, in an envelope for the key that both named, and it stands in the audit chain', async () => {
  const w = await world();
  const [one, two] = [await w.alice.sign(w.wish), await w.bob.sign(w.wish)];
  const { publicKey, envelope } = await w.order(one, two);
  const pair = openEnvelopedKey(envelope, holder);
  expect(pair.publicKey.toSpki()).toEqual(new Uint8Array(w.encryption.publicKey));
  expect(Buffer.from(publicKey)).toEqual(Buffer.from(w.given.publicKey));
  expect(() => openEnvelopedKey(envelope, judge)).toThrow();
  const [row] = await w.recovered();
  expect(row).toMatchObject({ actor: 'officers:alice,bob', subject: `pair:${w.given.id}` });
  expect(row?.data).toMatchObject({
    for: w.wish.parameters.for,
    commands: [
      { officer: 'alice', ...one },
      { officer: 'bob', ...two },
    ],
  });
  const secret = Buffer.from(pair.toScalar());
  for (const text of [JSON.stringify(row), w.logged.join()])
    for (const form of ['hex', 'base64'] as const) expect(text).not.toContain(secret.toString(form));
  await w.service.stop();
  const publicAudit = await readAuditPublicKey(join(w.folder, 'audit.pub'));
  const chain = { db: auditView(w.db), headsFile: w.settings.audit.heads, publicKey: publicAudit, now };
  expect((await verifyAudit(chain)).finding).toBeUndefined();
});

test('the same two commands get the same again, for answers get lost; each of them with another gets nothing', async () => {
  const w = await world();
  const [one, two] = [await w.alice.sign(w.wish), await w.bob.sign(w.wish)];
  const first = await w.order(one, two);
  const again = await Promise.all([w.order(two, one), w.order(one, two)]);
  for (const { envelope } of again) {
    expect(openEnvelopedKey(envelope, holder).toScalar()).toEqual(
      openEnvelopedKey(first.envelope, holder).toScalar(),
    );
  }
  expect(await w.recovered()).toHaveLength(1);
  const used = 'recovery-refused: a command was used before';
  expect(await refusalOf(w.order(one, await w.bob.sign(w.wish)))).toBe(used);
  expect(await refusalOf(w.order(await w.alice.sign(w.wish), two))).toBe(used);
  now = new Date(start.getTime() + 9 * day);
  expect(await refusalOf(w.order(one, two))).toContain('too old');
  expect(await w.recovered()).toHaveLength(1);
});

test('two that share a command at the same moment: one recovery', async () => {
  const w = await world();
  const one = await w.alice.sign(w.wish);
  const asks = [await w.bob.sign(w.wish), await w.bob.sign(w.wish)].map((two) =>
    refusalOf(w.order(one, two)),
  );
  expect((await Promise.all(asks)).sort()).toEqual(['given', 'recovery-refused: a command was used before']);
  expect(await w.recovered()).toHaveLength(1);
});

describe('nothing is given out', () => {
  let w: World;
  const ends: (() => Promise<void>)[] = [];
  beforeAll(async () => {
    w = await world((work) => void ends.unshift(work));
  });
  afterAll(async () => {
    for (const end of ends) await end();
  });

  const asBob = (signer: TestOperator, wish: object) => signer.sign({ ...wish, operator: 'bob' });
  const cases: [string, string, (w: World) => Promise<unknown>][] = [
    [
      'to one officer twice',
      'both commands are one officer’s',
      async ({ alice, wish, order }) => order(await alice.sign(wish), await alice.sign(wish)),
    ],
    [
      'to one command twice',
      'both commands are one officer’s',
      async ({ alice, wish, order }) => {
        const one = await alice.sign(wish);
        return order(one, one);
      },
    ],
    [
      'to one key under two names',
      'the signature is not bob’s',
      async ({ alice, wish, order }) => order(await alice.sign(wish), await asBob(alice, wish)),
    ],
    [
      'to an operator of whom the desk alone knows',
      'mallory is no recovery officer here',
      async ({ alice, wish, order }) =>
        order(await alice.sign(wish), await testOperator('mallory', origin, clock).sign(wish)),
    ],
    [
      'to an officer who was disabled',
      'bob is no recovery officer here',
      async () => {
        const { db, storageKey, both } = await world();
        await disableOfficer(db, storageKey, 'bob', now);
        return both();
      },
    ],
    [
      'to an officer whom somebody wrote into the table',
      'mallory is no recovery officer here',
      async () => {
        const { db, alice, wish, order } = await world();
        const mallory = testOperator('mallory', origin, clock);
        const row = await db.selectFrom('recovery_officer').selectAll().executeTakeFirstOrThrow();
        const { publicKey } = mallory.signer;
        await db
          .insertInto('recovery_officer')
          .values({
            ...row,
            id: 'mallory',
            public_key: publicKey,
            public_key_digest: publicKeyDigest(publicKey),
          })
          .execute();
        return order(await alice.sign(wish), await mallory.sign(wish));
      },
    ],
    [
      'to an officer whose key somebody exchanged in the table',
      'bob is no recovery officer here',
      async () => {
        const { db, alice, wish, order } = await world();
        const mallory = testOperator('mallory', origin, clock);
        const { publicKey } = mallory.signer;
        await db
          .updateTable('recovery_officer')
          .set({ public_key: publicKey })
          .where('id', '=', 'bob')
          .execute();
        return order(await alice.sign(wish), await asBob(mallory, wish));
      },
    ],
    [
      'to a disabled officer whom somebody enabled in the table',
      'bob is no recovery officer here',
      async () => {
        const { db, storageKey, both } = await world();
        await disableOfficer(db, storageKey, 'bob', now);
        await db.updateTable('recovery_officer').set({ disabled_at: null }).execute();
        return both();
      },
    ],
    [
      'for commands of two contents',
      'the two commands order different things',
      async ({ alice, bob, wish, order }) =>
        order(
          await alice.sign(wish),
          await bob.sign({ ...wish, parameters: { ...wish.parameters, for: 'a'.repeat(64) } }),
        ),
    ],
    [
      'for commands of two desks',
      'the two commands order different things',
      async ({ alice, bob, wish, order }) =>
        order(await alice.sign(wish), await bob.sign({ ...wish, origin: 'https://other.example' })),
    ],
    [
      'to another receiver than was signed for',
      'recovery-receiver',
      ({ both, authority }) => both({}, { receiver: authority.der }),
    ],
    [
      'of another certificate than was signed for',
      'recovery-certificate',
      ({ both, receiver }) => both({}, { certificate: receiver.der }),
    ],
    [
      'under another holder’s name',
      'recovery-certificate',
      ({ both, wish }) => both({ parameters: { ...wish.parameters, holder: '别的公司' } }),
    ],
    [
      'for another entity’s key',
      'recovery-other-holder',
      ({ both, encryption, authority }) =>
        both(recoveryOf({ encryption, receiver: authority }, undefined), { receiver: authority.der }),
    ],
    [
      'for an authority under another name',
      'recovery-other-holder',
      ({ both, encryption, authority }) =>
        both(recoveryOf({ encryption, receiver: authority }, '别的法院'), { receiver: authority.der }),
    ],
    [
      'for a certificate that does not sign',
      'recovery-receiver',
      ({ both, encryption }) =>
        both(recoveryOf({ encryption, receiver: encryption }, undefined), { receiver: encryption.der }),
    ],
    [
      'for another action',
      'the command orders something else',
      ({ both }) => both({ action: 'certificate.revoke' }),
    ],
    [
      'for parameters of another shape',
      'the parameters are not a recovery’s',
      ({ both }) => both({ parameters: { holder: 'x' } }),
    ],
    [
      'to two commands with one nonce',
      'both commands have one nonce',
      async ({ alice, bob, wish, order }) => {
        const nonce = 'n'.repeat(43);
        return order(await alice.sign({ ...wish, nonce }), await bob.sign({ ...wish, nonce }));
      },
    ],
    [
      'for a certificate that has ended',
      'recovery-receiver',
      ({ both }) => {
        now = new Date(start.getTime() + 61 * day);
        return both();
      },
    ],
    [
      'for what was signed nine days ago',
      'the command is too old or from the future',
      ({ both }) => both({ at: new Date(start.getTime() - 9 * day).toISOString() }),
    ],
    [
      'for what was signed tomorrow',
      'the command is too old or from the future',
      ({ both }) => both({ at: new Date(start.getTime() + day).toISOString() }),
    ],
    [
      'where one was changed after it was signed',
      'the signature is not bob’s',
      async ({ alice, bob, wish, order }) => {
        const two = await bob.sign({ ...wish, reason: 'one' });
        const payload = Buffer.from(two.payload, 'base64').toString().replace('"one"', '"two"');
        return order(await alice.sign(wish), { ...two, payload: Buffer.from(payload).toString('base64') });
      },
    ],
  ];
  test.each(cases)('%s', async (_, reason, work) => {
    expect(await refusalOf(work(w))).toBe(`recovery-refused: ${reason}`);
    expect(await w.recovered()).toEqual([]);
  });

  test('for a statement that is signed as any other type', async () => {
    for (const type of Object.values(signedTypes)) {
      if (type === signedTypes.command) continue;
      const other = w.order(await w.alice.sign(w.wish), await w.bob.sign(w.wish, type));
      expect(await refusalOf(other), type).toBe('recovery-refused: the signature is not bob’s');
    }
    expect(await w.recovered()).toEqual([]);
  });

  test('on certificates that look right and that no CA issued which it was told of', async () => {
    const forger = generateSoftwareKey('sm2');
    const refusal = 'recovery-refused: certificate 77 is of no CA that is trusted here: bad-signature';
    const receiver = await certificate(judge.publicKey.toSpki(), signs, ...company, forger);
    const toThief = recoveryOf({ encryption: w.encryption, receiver }, undefined);
    expect(await refusalOf(w.both(toThief, { receiver: receiver.der }))).toBe(refusal);
    // Somebody else's pair under the name of one who asks for his own.
    const encryption = await certificate(w.given.publicKey, encrypts, ...court, forger);
    const asOwn = recoveryOf({ encryption, receiver: w.authority }, undefined);
    const order = { certificate: encryption.der, receiver: w.authority.der };
    expect(await refusalOf(w.both(asOwn, order))).toBe(refusal);
    expect(await w.recovered()).toEqual([]);
  });

  test('of a pair that it does not have, or that nobody was given', async () => {
    const foreign = await certificate(judge.publicKey.toSpki(), encrypts, ...company);
    const wish = recoveryOf({ encryption: foreign, receiver: w.receiver }, undefined);
    const unknown = `recovery-pair-unknown: ${wish.subject.slice('certificate:'.length)}`;
    expect(await refusalOf(w.both(wish, { certificate: foreign.der }))).toBe(unknown);
    const spare = await w.db
      .selectFrom('encryption_pair')
      .select('public_key')
      .where('state', '=', 'spare')
      .executeTakeFirst();
    const unborn = await certificate(spare?.public_key ?? Buffer.of(), encrypts, ...company);
    const early = recoveryOf({ encryption: unborn, receiver: w.receiver }, undefined);
    expect(await refusalOf(w.both(early, { certificate: unborn.der }))).toContain('recovery-pair-unknown');
  });
});

test('an authority gets it where both officers signed for it by its name', async () => {
  const w = await world();
  const wish = recoveryOf({ encryption: w.encryption, receiver: w.authority }, court[0]);
  const { envelope } = await w.both(wish, { receiver: w.authority.der });
  expect(openEnvelopedKey(envelope, judge).publicKey.toSpki()).toEqual(
    new Uint8Array(w.encryption.publicKey),
  );
});

test('the key of a certificate that has ended is recovered as well: that is what old documents need', async () => {
  const w = await world();
  const ended = new Date(start.getTime() - 10 * day);
  const encryption = await certificate(w.given.publicKey, encrypts, ...company, issuer, ended);
  const wish = recoveryOf({ encryption, receiver: w.receiver }, undefined);
  const { publicKey } = await w.both(wish, { certificate: encryption.der });
  expect(Buffer.from(publicKey)).toEqual(Buffer.from(w.given.publicKey));
});
