import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Sm2PrivateKey } from '@certdesk/gm';
import { Certificate, publicKeyDigest } from '@certdesk/pki';
import { createVirtualKey, virtualDriver } from '@certdesk/token';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { canRunSoftHsm, plugInSoftHsm } from '../../../../packages/token/src/pkcs11/softhsm.test-support.ts';
import { KeyRing } from '../keys/ring.ts';
import { type Bench, obligingDialogue, openBench } from '../test-support/bench.test-support.ts';
import { callsOf, killedAt } from '../test-support/interruptions.test-support.ts';

let bench: Bench;
beforeEach(open);
afterEach(() => bench.stop());

async function open(): Promise<void> {
  bench = await openBench();
  bench.desk.twins = true;
}
const order = () => bench.desk.sign(bench.desk.renewalOrder());
const inForce = () => bench.desk.certificates.filter(({ state }) => state === 'in-force');
const names = () => [...bench.store.containers.keys()];

/** The container carries what the desk holds good: signing certificate, encryption certificate and its key. */
function expectTwins(container: string): void {
  expect(bench.desk.state).toBe('done');
  expect(inForce()).toHaveLength(1);
  const [signing] = inForce();
  const pair = bench.store.containers.get(container);
  expect(Buffer.from(pair?.certificate ?? [])).toEqual(Buffer.from(signing?.der ?? []));
  const encryption = bench.desk.encryption.get(signing?.publicKey ?? '');
  expect(Buffer.from(pair?.twin?.certificate ?? [])).toEqual(Buffer.from(encryption ?? []));
  const publicKey = Certificate.parse(encryption ?? new Uint8Array()).publicKey;
  expect(Buffer.compare(pair?.twin?.key.publicKey.toSpki() ?? new Uint8Array(), publicKey)).toBe(0);
  expect(bench.store.loggedIn.size).toBe(0);
}

/** At every moment a signing certificate that the desk holds good, or superseded this very moment, stands on its key. */
function expectSomethingWorks(): void {
  const onKey = [...bench.store.containers.values()].flatMap((pair) => pair?.certificate ?? []);
  const good = bench.desk.certificates.filter(
    ({ state, publicKey }) =>
      state === 'in-force' ||
      (state === 'superseded' && inForce().some((now) => now.publicKey === publicKey)),
  );
  expect(good.some(({ der }) => onKey.some((there) => Buffer.compare(there, der) === 0))).toBe(true);
}

async function inSpiteOfKills(prepare: () => void, expectDone: () => void): Promise<void> {
  const renew = () => bench.run(order());
  const fresh = async () => {
    await bench.stop();
    await open();
    prepare();
  };
  await fresh();
  const calls = (await callsOf(bench, renew)).length;
  expect(calls).toBeGreaterThan(12);
  for (const kind of ['before', 'after'] as const) {
    // Between two calls it is the same moment, after the one as before the next: of those a third is enough.
    for (let at = 1; at <= calls; at += kind === 'after' ? 1 : 3) {
      await fresh();
      await killedAt(bench, at, kind, renew);
      expectSomethingWorks();
      if (bench.desk.state !== 'done') await renew();
      expectDone();
    }
  }
}

describe('twins', () => {
  it('are written, the encryption key imported and proved, before the old container leaves', async () => {
    await bench.run(order());
    expectTwins('case-1');
    expect(names()).toEqual(['case-1']);
    expect(bench.steps).toEqual([null, 'generate', 'issue', 'write', 'prove', 'tidy']);
  });

  it('come in spite of the assistant being killed at any call to the key', async () => {
    await inSpiteOfKills(
      () => undefined,
      () => expectTwins('case-1'),
    );
  }, 60_000);

  it.each(['certificate', 'proof-challenge', 'proof', 'finish'])(
    'come in spite of the answer to %s being lost, and a key management that is away for a while',
    async (path) => {
      let lost = false;
      let away = 2;
      bench.desk.meddle = (called) => {
        if (called.endsWith('/certificate') && away-- > 0) return 'key-management-unavailable';
        if (lost || !called.endsWith(`/${path}`)) return undefined;
        lost = true;
        return 'lose';
      };
      await bench.run(order());
      expectTwins('case-1');
    },
  );

  it('are refused to a key that cannot take an encryption key, before anything is changed', async () => {
    bench.store.takesTwins = false;
    await expect(bench.run(order())).rejects.toMatchObject({ code: 'key-no-twin' });
    expect(names()).toEqual(['old']);
    expect(bench.desk.calls).toEqual(['/api/orders/take']);
  });

  it('are not proved by a key that cannot read what its encryption key alone can read', async () => {
    bench.driver.interfere = (method, call) =>
      method === 'decryptByWrappedKey' ? Promise.resolve(randomBytes(32)) : call();
    await expect(bench.run(order())).rejects.toMatchObject({ code: 'statement-invalid' });
    expect(bench.desk.state).toBe('issued');
    expect(names()).toEqual(['old', 'case-1']);
  });

  it('are compared with what stands on the key after the import', async () => {
    bench.driver.interfere = async (method, call) => {
      const answer = await call();
      const pair = bench.store.containers.get('case-1');
      if (method === 'importEncryptionKey' && pair?.twin) pair.twin.key = Sm2PrivateKey.generate();
      return answer;
    };
    await expect(bench.run(order())).rejects.toMatchObject({ code: 'key-failed' });
    expect(bench.desk.state).toBe('issued');
  });

  it('leave the old container where it is when its encryption key is to stay', async () => {
    bench.desk.keepOld = true;
    await bench.run(order());
    expectTwins('case-1');
    expect(names()).toEqual(['old', 'case-1']);
  });

  it('push out a former container that may go, the oldest first, where there is no room', async () => {
    bench.store.maxContainers = 3;
    const former = ['former-1', 'former-2'].map((name) => ({
      key: publicKeyDigest(bench.store.addPair(name)),
    }));
    const twin = { keepOld: true, expendable: former };
    await bench.run(bench.desk.sign(bench.desk.renewalOrder({ twin })));
    expectTwins('case-1');
    expect(names()).toEqual(['old', 'former-2', 'case-1']);
  });
});

describe('a key whose one container is all its room', () => {
  const full = () => {
    bench.store.maxContainers = 1;
    bench.desk.recertify = true;
    const pair = bench.store.containers.get('old');
    if (!pair) return;
    pair.twin = { key: Sm2PrivateKey.generate() };
    bench.desk.present.set(publicKeyDigest(pair.publicKey), pair.twin.key);
  };

  it('keeps its pairs, which get new certificates once they are proved', async () => {
    full();
    const before = bench.store.containers.get('old');
    const [publicKey, twin] = [before?.publicKey, before?.twin?.key];
    bench.driver.interfere = async (method, call) => {
      if (method === 'writeCertificate') expect(bench.desk.state).toBe('proved');
      return call();
    };
    const outcome = await bench.run(order());
    expectTwins('old');
    // Said with the order, before the PIN.
    expect(bench.asked[0]?.candidates).toMatchObject([{ samePair: 'certain' }]);
    expect(outcome).toMatchObject({
      certificate: { signing: { use: 'signing' }, encryption: { use: 'encryption' } },
    });
    expect(names()).toEqual(['old']);
    expect(bench.store.containers.get('old')).toMatchObject({ publicKey, twin: { key: twin } });
    expect(inForce()[0]).toBe(bench.desk.certificates[1]);
    expect(bench.steps).toEqual([null, 'issue', 'prove', 'write', 'tidy']);
  });

  it('is renewed in spite of the assistant being killed at any call to the key', async () => {
    await inSpiteOfKills(full, () => expectTwins('old'));
  }, 60_000);

  it('takes its first encryption pair into the place that is free', async () => {
    bench.store.maxContainers = 1;
    bench.desk.recertify = true;
    await bench.run(order());
    expectTwins('old');
  });

  it('finds out about room that the key does not tell, and leaves no empty container behind', async () => {
    full();
    bench.store.tellsRoom = false;
    await bench.run(order());
    expectTwins('old');
    expect(bench.asked[0]?.candidates).toMatchObject([{ samePair: 'unknown' }]);
    expect(names()).toEqual(['old']);
  });

  it('is told so before anything is changed where its pair may not be certified again', async () => {
    full();
    bench.desk.recertify = false;
    const before = JSON.stringify([...bench.store.containers]);
    await expect(bench.run(order())).rejects.toMatchObject({ code: 'key-no-room' });
    expect(JSON.stringify([...bench.store.containers])).toBe(before);
    expect(bench.desk.calls).toEqual(['/api/orders/take']);
    expect(bench.desk.state).toBe('ordered');
  });

  it('gets a new pair after all where there is room', async () => {
    full();
    bench.store.maxContainers = 2;
    await bench.run(order());
    expectTwins('case-1');
    expect(bench.asked[0]?.candidates[0]).not.toHaveProperty('samePair');
  });

  it('cannot say before its PIN what happens where something on it may make way', async () => {
    full();
    const leftovers = [{ container: 'old' }];
    await bench.run(bench.desk.sign(bench.desk.renewalOrder({ leftovers })));
    expectTwins('old');
    expect(bench.asked[0]?.candidates).toMatchObject([{ samePair: 'unknown' }]);
  });
});

it('a tidy order writes the certificates that the key lacks', async () => {
  const pair = bench.store.containers.get('old');
  const fresh = await bench.desk.certify(pair?.publicKey ?? new Uint8Array());
  const certificates = [Buffer.from(fresh).toString('base64')];
  const tidy = { ...bench.desk.tidyOrder([]), certificates };
  await bench.run(bench.desk.sign(tidy));
  expect(Buffer.from(bench.store.containers.get('old')?.certificate ?? [])).toEqual(Buffer.from(fresh));
  const elsewhere = await bench.desk.certify(Sm2PrivateKey.generate().publicKey.toSpki());
  const wrong = { ...bench.desk.tidyOrder([]), certificates: [Buffer.from(elsewhere).toString('base64')] };
  await expect(bench.run(bench.desk.sign(wrong))).rejects.toMatchObject({ code: 'order-other-key' });
});

it('come to a virtual key as they do to any', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'certdesk-twins-'));
  const pin = bench.store.pin.slice(0, 16);
  const labels = { name: 'key', serial: '1', label: 'key', adminPin: 'Secret-1357' };
  await createVirtualKey({ folder, ...labels, pin, kdfCost: { logN: 4, r: 1, p: 1 } });
  const driver = virtualDriver({ folder });
  const key = await driver.open('key');
  await key.verifyPin(pin);
  await key.createContainer('old');
  bench.desk.certificates.length = 0;
  const old = await bench.desk.certify(await key.generateKeyPair('old', 'sm2'));
  await key.writeCertificate('old', 'signing', old);
  const ring = new KeyRing([driver]);
  try {
    await bench.run(order(), { ring });
    const [only, ...others] = await key.containers();
    expect(others).toEqual([]);
    const encryption = bench.desk.encryption.get(inForce()[0]?.publicKey ?? '');
    expect(Buffer.from(only?.encryption?.certificate ?? [])).toEqual(Buffer.from(encryption ?? []));
    expect(bench.desk.state).toBe('done');
  } finally {
    ring.close();
    await key.close();
    await rm(folder, { recursive: true });
  }
});

it.skipIf(!canRunSoftHsm)(
  'are refused to a PKCS#11 key, which could only take an encryption key in the clear, before anything is changed',
  async () => {
    const token = await plugInSoftHsm();
    onTestFinished(() => token.dispose());
    const key = await token.driver.open(token.ref);
    onTestFinished(() => key.close());
    await key.verifyPin(token.pin);
    await key.createContainer('old');
    bench.desk.certificates.length = 0;
    const old = await bench.desk.certify(await key.generateKeyPair('old', 'p256'));
    await key.writeCertificate('old', 'signing', old);
    const before = await key.containers();
    const ring = new KeyRing([token.driver]);
    onTestFinished(() => ring.close());
    const dialogue = obligingDialogue(token.pin, bench);
    await expect(bench.run(order(), { ring, dialogue })).rejects.toMatchObject({ code: 'key-no-twin' });
    expect(await key.containers()).toEqual(before);
    expect(bench.desk.calls).toEqual(['/api/orders/take']);
    expect(bench.desk.state).toBe('ordered');
  },
);
