/** Amendments on keys of every family, as their drivers and libraries have them. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Sm2PrivateKey } from '@certdesk/gm';
import { Certificate, envelopKey, publicKeyDigest, verifyByKey } from '@certdesk/pki';
import { createVirtualKey, type Key, type KeyDriver, softwareProfile, virtualDriver } from '@certdesk/token';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { canRunSoftHsm, plugInSoftHsm } from '../../../../packages/token/src/pkcs11/softhsm.test-support.ts';
import { makeSlots, notHere, PIN } from '../../../../packages/token/src/skf/software.test-support.ts';
import { KeyRing } from '../keys/ring.ts';
import { never, obligingDialogue } from '../test-support/bench.test-support.ts';
import { FakeDesk } from '../test-support/fake-desk.test-support.ts';
import { executeOrder } from './execute.ts';
import { OrderServer } from './server.ts';
import { verifyOrder } from './trust.ts';

interface PluggedIn {
  readonly driver: KeyDriver;
  readonly ref: string;
  readonly pin: string;
  readonly algorithm: 'sm2' | 'p256';
}

async function virtualKey(): Promise<PluggedIn> {
  const folder = await mkdtemp(join(tmpdir(), 'certdesk-amendment-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const labels = { name: 'key', serial: '1', label: 'key', adminPin: 'Secret-1357' };
  await createVirtualKey({ folder, ...labels, pin: PIN, kdfCost: { logN: 4, r: 1, p: 1 } });
  return { driver: virtualDriver({ folder }), ref: 'key', pin: PIN, algorithm: 'sm2' };
}

async function softHsmToken(): Promise<PluggedIn> {
  const token = await plugInSoftHsm();
  onTestFinished(() => token.dispose());
  const { driver, ref, pin } = token;
  return { driver, ref, pin, algorithm: 'p256' };
}

let desk: FakeDesk;
beforeEach(async () => {
  desk = new FakeDesk();
  await desk.start();
});
afterEach(() => desk.stop());

/** A key with a certificate that was issued before this desk was, and an encryption certificate with its key beside it. */
async function issueBefore({ driver, ref, pin, algorithm }: PluggedIn, twins: boolean): Promise<void> {
  await onKey({ driver, ref, pin }, async (key) => {
    await key.createContainer('old');
    const publicKey = await key.generateKeyPair('old', algorithm);
    await key.writeCertificate('old', 'signing', await desk.certify(publicKey));
    if (!twins) return;
    desk.twins = true;
    const pair = Sm2PrivateKey.generate();
    const certificate = await desk.certify(pair.publicKey.toSpki());
    desk.certificates.length = 1;
    desk.present.set(publicKeyDigest(publicKey), pair);
    await key.importEncryptionKey('old', { envelope: envelopKey(pair, publicKey), certificate });
  });
}

async function onKey<T>(
  { driver, ref, pin }: Pick<PluggedIn, 'driver' | 'ref' | 'pin'>,
  work: (key: Key) => Promise<T>,
): Promise<T> {
  const key = await driver.open(ref);
  try {
    await key.verifyPin(pin);
    return await work(key);
  } finally {
    await key.close();
  }
}

async function amend({ driver, pin, algorithm }: PluggedIn): Promise<void> {
  const signed = desk.sign(desk.amendmentOrder({ algorithm }));
  const trusted = verifyOrder(signed, desk.base, [desk.trusted]);
  const ring = new KeyRing([driver]);
  const server = new OrderServer({ server: desk.base, sleep: async () => undefined });
  try {
    const dialogue = obligingDialogue(pin, { steps: [], asked: [] });
    await executeOrder(trusted, { ring, server, dialogue, pause: never });
  } finally {
    ring.close();
    await server.close();
  }
}

const contents = (plugged: PluggedIn) => onKey(plugged, (key) => key.containers());

/** The same pairs in the same container, with the certificates that the desk holds good; and the key signs. */
async function expectAmended(
  plugged: PluggedIn,
  before: Awaited<ReturnType<typeof contents>>,
): Promise<void> {
  expect(desk.state).toBe('done');
  const after = await contents(plugged);
  const pairsOf = (containers: typeof after) =>
    containers.map(({ name, signing, encryption }) => [name, signing?.publicKey, encryption?.publicKey]);
  expect(pairsOf(after)).toEqual(pairsOf(before));
  const [{ signing, encryption } = {}] = after;
  const good = desk.certificates.find(({ state }) => state === 'in-force');
  expect(Buffer.from(signing?.certificate ?? [])).toEqual(Buffer.from(good?.der ?? []));
  if (encryption) {
    const certificate = desk.encryption.get(good?.publicKey ?? '');
    expect(Buffer.from(encryption.certificate ?? [])).toEqual(Buffer.from(certificate ?? []));
  }
  const message = Buffer.from('still signs');
  const signature = await onKey(plugged, (key) => key.sign('old', message));
  expect(verifyByKey(Certificate.parse(good?.der ?? new Uint8Array()).publicKey, message, signature)).toBe(
    true,
  );
}

describe.each([
  ['a virtual key', virtualKey, true, true],
  ['a PKCS#11 key, which has no encryption pair', softHsmToken, canRunSoftHsm, false],
] as const)('%s', (_, plugIn, here, canTwins) => {
  it.skipIf(!here).each(canTwins ? [false, true] : [false])('is amended (twins: %s)', async (twins) => {
    const plugged = await plugIn();
    await issueBefore(plugged, twins);
    const before = await contents(plugged);
    await amend(plugged);
    await expectAmended(plugged, before);
  });
});

describe.skipIf(notHere)('a key with an SKF library and room for one container', () => {
  async function skfKey() {
    const slots = makeSlots({ containers: { ...softwareProfile.containers, max: 1 } });
    onTestFinished(() => slots.dispose());
    const { driver, ref } = await slots.plugIn();
    const plugged: PluggedIn = { driver, ref, pin: PIN, algorithm: 'sm2' };
    return { slots, plugged };
  }

  it.each([false, true])('is amended (twins: %s)', async (twins) => {
    const { plugged } = await skfKey();
    await issueBefore(plugged, twins);
    const before = await contents(plugged);
    await amend(plugged);
    await expectAmended(plugged, before);
  });

  it.each(['SKF_ImportSessionKey crash', 'SKF_ImportCertificate crash', 'SKF_ImportCertificate crash-after'])(
    'is amended in spite of a library that crashes (%s)',
    async (what) => {
      const { slots, plugged } = await skfKey();
      await issueBefore(plugged, true);
      const before = await contents(plugged);
      await slots.misbehave(what);
      await expect(amend(plugged)).rejects.toMatchObject({ code: 'key-library-crashed' });
      await slots.misbehave();
      const [{ signing } = {}] = await contents(plugged);
      const known = desk.certificates.map(({ der }) => Buffer.from(der));
      expect(known).toContainEqual(Buffer.from(signing?.certificate ?? []));
      await amend(plugged);
      await expectAmended(plugged, before);
    },
  );
});
