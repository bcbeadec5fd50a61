import { Certificate } from '@certdesk/pki';
import type { Key } from '@certdesk/token';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  makeSlots,
  notHere,
  PIN,
  type PluggedIn,
  type Slots,
} from '../../../../packages/token/src/skf/software.test-support.ts';
import { KeyRing } from '../keys/ring.ts';
import { never, obligingDialogue } from '../test-support/bench.test-support.ts';
import { FakeDesk } from '../test-support/fake-desk.test-support.ts';
import { executeOrder } from './execute.ts';
import { OrderServer } from './server.ts';
import { verifyOrder } from './trust.ts';

describe.skipIf(notHere)('twins on a key with an SKF library and room for two containers', () => {
  let slots: Slots;
  let slot: PluggedIn;
  let desk: FakeDesk;

  beforeAll(() => {
    slots = makeSlots();
  });
  afterAll(() => slots.dispose());
  beforeEach(async () => {
    slot = await slots.plugIn();
    desk = new FakeDesk();
    await desk.start();
    desk.twins = true;
    await onKey(async (key) => {
      await key.createContainer('old');
      const certificate = await desk.certify(await key.generateKeyPair('old', 'sm2'));
      await key.writeCertificate('old', 'signing', certificate);
    });
  });
  afterEach(async () => {
    await desk.stop();
    await slot.dispose();
  });

  async function onKey<T>(work: (key: Key) => Promise<T>): Promise<T> {
    const key = await slot.driver.open(slot.ref);
    try {
      await key.verifyPin(PIN);
      return await work(key);
    } finally {
      await key.close();
    }
  }

  async function carryOut(): Promise<void> {
    const trusted = verifyOrder(desk.sign(desk.renewalOrder()), desk.base, [desk.trusted]);
    const ring = new KeyRing([slot.driver]);
    const server = new OrderServer({ server: desk.base, sleep: async () => undefined });
    try {
      const dialogue = obligingDialogue(PIN, { steps: [], asked: [] });
      await executeOrder(trusted, { ring, server, dialogue, pause: never });
    } finally {
      ring.close();
      await server.close();
    }
  }

  async function expectTwins(): Promise<void> {
    expect(desk.state).toBe('done');
    const containers = await onKey((key) => key.containers());
    expect(containers.map(({ name }) => name)).toEqual(['case-1']);
    const [{ signing, encryption } = {}] = containers;
    const inForce = desk.certificates.find(({ state }) => state === 'in-force');
    expect(Buffer.from(signing?.certificate ?? [])).toEqual(Buffer.from(inForce?.der ?? []));
    const certificate = desk.encryption.get(inForce?.publicKey ?? '') ?? new Uint8Array();
    expect(Buffer.from(encryption?.certificate ?? [])).toEqual(Buffer.from(certificate));
    expect(Buffer.from(encryption?.publicKey ?? [])).toEqual(
      Buffer.from(Certificate.parse(certificate).publicKey),
    );
  }

  it('are written, imported and proved by a session key that the key keeps to itself', async () => {
    await carryOut();
    await expectTwins();
  });

  it.each([
    'SKF_GenECCKeyPair crash-after',
    'SKF_ImportECCKeyPair crash',
    'SKF_ImportECCKeyPair crash-after',
    'SKF_ImportSessionKey crash',
    'SKF_DeleteContainer crash',
  ])('come in spite of a library that crashes (%s)', async (what) => {
    await slots.misbehave(what);
    // The pair that it made in spite of its crash is used at once, as far as that goes without the PIN.
    const code = what.startsWith('SKF_Gen') ? 'key-failed' : 'key-library-crashed';
    await expect(carryOut()).rejects.toMatchObject({ code });
    await slots.misbehave();
    const kept = await onKey((key) => key.containers());
    expect(kept.find(({ name }) => name === 'old')?.signing?.certificate).toBeDefined();
    await carryOut();
    await expectTwins();
  });

  it('are refused where there is no room, before anything is changed', async () => {
    await onKey(async (key) => {
      await key.createContainer('of another authority');
      await key.generateKeyPair('of another authority', 'sm2');
    });
    const before = await onKey((key) => key.containers());
    await expect(carryOut()).rejects.toMatchObject({ code: 'key-no-room' });
    expect(await onKey((key) => key.containers())).toEqual(before);
    expect(desk.state).toBe('ordered');
  });
});
