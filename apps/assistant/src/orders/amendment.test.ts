import { Sm2PrivateKey } from '@certdesk/gm';
import { publicKeyDigest } from '@certdesk/pki';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Bench, obligingDialogue, openBench } from '../test-support/bench.test-support.ts';
import {
  callsOf,
  killedAt,
  pullAt,
  refuseAt,
  undisturbed,
} from '../test-support/interruptions.test-support.ts';

let bench: Bench;
afterEach(() => bench.stop());

/** Between two calls it is the same moment, after the one as before the next: of those a third is enough. */
const strides = { before: 3, after: 1 };

const order = () => bench.desk.sign(bench.desk.amendmentOrder());
const amend = () => bench.run(order());
const onKey = () => bench.store.containers.get('old');
const inForce = () => bench.desk.certificates.filter(({ state }) => state === 'in-force');
const equal = (one: Uint8Array | undefined, other: Uint8Array | undefined) =>
  one !== undefined && other !== undefined && Buffer.compare(one, other) === 0;

/** A key that is full: nothing is made in an amendment, so nothing has to fit. */
async function open(twins: boolean): Promise<void> {
  bench = await openBench();
  bench.store.maxContainers = 1;
  bench.store.takesTwins = false;
  const pair = onKey();
  if (!twins || !pair) return;
  bench.desk.twins = true;
  const key = Sm2PrivateKey.generate();
  pair.twin = { key, certificate: await bench.desk.certify(key.publicKey.toSpki()) };
  bench.desk.certificates.length = 1;
  bench.desk.present.set(publicKeyDigest(pair.publicKey), key);
}

describe.each([
  ['a certificate', false],
  ['twin certificates', true],
])('numbers that come into %s', (_, twins) => {
  let before: { publicKey: Uint8Array; encryption: Sm2PrivateKey | undefined };
  beforeEach(fresh);

  async function fresh(): Promise<void> {
    await open(twins);
    const pair = onKey();
    before = { publicKey: pair?.publicKey ?? new Uint8Array(), encryption: pair?.twin?.key };
  }

  async function again(): Promise<void> {
    await bench.stop();
    await fresh();
  }

  /** Case done, one certificate in force, and the pairs that were there hold just what the desk holds good. */
  function expectAmended(): void {
    expect(bench.desk.state).toBe('done');
    expect(bench.desk.certificates.map(({ state }) => state)).toEqual(['superseded', 'in-force']);
    expect([...bench.store.containers.keys()]).toEqual(['old']);
    const pair = onKey();
    expect(equal(pair?.publicKey, before.publicKey)).toBe(true);
    expect(equal(pair?.certificate, inForce()[0]?.der)).toBe(true);
    expect(pair?.twin?.key).toBe(before.encryption);
    const encryption = bench.desk.encryption.get(publicKeyDigest(before.publicKey));
    expect(twins ? equal(pair?.twin?.certificate, encryption) : encryption === undefined).toBe(true);
    expect(bench.store.loggedIn.size).toBe(0);
  }

  /** On its pair stands a certificate in force, or the one that was superseded for the same pair this very moment. */
  function expectSomethingWorks(): void {
    const pair = onKey();
    const good = bench.desk.certificates.filter(
      ({ state }) => state === 'in-force' || state === 'superseded',
    );
    expect(
      good.some(
        ({ der, publicKey }) => equal(der, pair?.certificate) && publicKey === inForce()[0]?.publicKey,
      ),
    ).toBe(true);
  }

  it('an amendment keeps the pair, and the new certificate is written once it is proved', async () => {
    const methods: string[] = [];
    bench.driver.interfere = async (method, call) => {
      if (method === 'writeCertificate') expect(bench.desk.state).toBe('proved');
      methods.push(method);
      return call();
    };
    const outcome = await amend();
    expectAmended();
    expect(bench.steps).toEqual([null, 'issue', 'prove', 'write']);
    const numbers = [
      { kind: 'uscc', value: '91310000631291289X' },
      { kind: 'socialInsurance', value: '00123456' },
    ];
    const each = { entityName: '上海示例贸易有限公司', identityNumbers: numbers };
    expect(outcome).toMatchObject({
      purpose: 'amendment',
      certificate: { signing: each, encryption: twins ? each : null },
    });
    for (const method of ['createContainer', 'generateKeyPair', 'importEncryptionKey', 'removeContainer'])
      expect(methods).not.toContain(method);
    // Of new pairs there is nothing to say before the PIN.
    expect(bench.asked[0]?.candidates[0]).not.toHaveProperty('samePair');
  });

  it('an amendment comes to its end in spite of one interruption at any call to the key', async () => {
    const calls = (await callsOf(bench, amend)).length;
    expect(calls).toBeGreaterThan(9);
    for (const moment of ['before', 'after'] as const) {
      for (let at = 1; at <= calls; at += strides[moment]) {
        await again();
        pullAt(bench, at, moment);
        // The key is back the moment that it is missed.
        const dialogue = { ...obligingDialogue(bench.store.pin, bench), keyWanted: async () => undefined };
        await bench.run(order(), { dialogue });
        undisturbed(bench);
        expectAmended();
      }
    }
  }, 60_000);

  it('an amendment comes to its end in spite of the assistant being killed at any call to the key, and again on its way', async () => {
    const calls = (await callsOf(bench, amend)).length;
    for (const moment of ['before', 'after'] as const) {
      for (let at = 1; at <= calls; at += strides[moment]) {
        await again();
        await killedAt(bench, at, moment, amend);
        expectSomethingWorks();
        if (bench.desk.state !== 'done') await killedAt(bench, 1 + ((at * 5) % calls), 'after', amend);
        expectSomethingWorks();
        if (bench.desk.state !== 'done') await amend();
        expectAmended();
      }
    }
  }, 60_000);

  it('an amendment stops where the key refuses a call, and goes on later', async () => {
    const calls = (await callsOf(bench, amend)).length;
    for (let at = 1; at <= calls; at += 1) {
      await again();
      refuseAt(bench, at);
      // One that cannot even be read is not known for the key that the order is about.
      await amend().catch(({ code }) => expect(['key-failed', 'order-other-key']).toContain(code));
      undisturbed(bench);
      expectSomethingWorks();
      if (bench.desk.state !== 'done') await amend();
      expectAmended();
    }
  }, 60_000);

  it.each(['take', 'certificate', 'proof-challenge', 'proof', 'finish'])(
    'an amendment comes to its end in spite of the answer to %s being lost',
    async (path) => {
      let lost = false;
      bench.desk.meddle = (called) => {
        if (lost || !called.endsWith(`/${path}`)) return undefined;
        lost = true;
        return 'lose';
      };
      await amend();
      expect(lost).toBe(true);
      expectAmended();
    },
  );

  it('what was proved and not written comes by a tidy order when the case has ended', async () => {
    const calls = await callsOf(bench, amend);
    await again();
    await killedAt(bench, calls.indexOf('writeCertificate') + 1, 'before', amend);
    expect(bench.desk.state).toBe('proved');
    bench.desk.state = 'done';
    const proved = [inForce()[0]?.der, ...bench.desk.encryption.values()];
    const certificates = proved.map((der) => Buffer.from(der ?? []).toString('base64'));
    await bench.run(bench.desk.sign({ ...bench.desk.tidyOrder([]), certificates }));
    expectAmended();
  });
});

describe('an amendment', () => {
  beforeEach(() => open(false));

  it('keeps what is in use of what its order calls left over, and removes the rest once it is proved', async () => {
    bench.store.maxContainers = 2;
    bench.store.addPair('ended');
    const { key } = bench.desk.amendmentOrder();
    const leftovers = [{ container: 'old' }, { container: 'ended' }, { key }];
    const about = () => bench.desk.sign(bench.desk.amendmentOrder({ leftovers }));
    bench.desk.meddle = (path) => (path.endsWith('/proof') ? 'internal' : undefined);
    await expect(bench.run(about())).rejects.toThrow();
    expect([...bench.store.containers.keys()]).toEqual(['old', 'ended']);
    bench.desk.meddle = () => undefined;
    await bench.run(about());
    expect([...bench.store.containers.keys()]).toEqual(['old']);
    expect(bench.desk.finished).toEqual([1]);
  });

  it('keeps the old certificate while the server does not say that the new one is proved', async () => {
    const before = onKey()?.certificate;
    bench.desk.meddle = (path) => (path.endsWith('/proof') ? 'signature-invalid' : undefined);
    await expect(amend()).rejects.toMatchObject({ code: 'signature-invalid' });
    expect(onKey()?.certificate).toBe(before);
    expect(inForce()).toHaveLength(1);
  });

  it('takes no encryption pair that comes with the answer: the one on the key stays', async () => {
    bench.desk.twins = true;
    bench.store.takesTwins = true;
    await expect(amend()).rejects.toMatchObject({ code: 'certificate-invalid' });
    expect(onKey()?.twin).toBeUndefined();
    expect(bench.desk.state).toBe('issued');
  });

  it('is refused by a key that lost the encryption pair, before anything is in force', async () => {
    bench.desk.twins = true;
    bench.desk.present.set(publicKeyDigest(onKey()?.publicKey ?? new Uint8Array()), Sm2PrivateKey.generate());
    await expect(amend()).rejects.toMatchObject({ code: 'key-failed' });
    expect(bench.desk.state).toBe('issued');
  });

  it('is for the key that it names', async () => {
    bench.store.setCertificate('old', await bench.desk.certify(bench.store.addPair('old')));
    await expect(amend()).rejects.toMatchObject({ code: 'order-other-key' });
    expect(bench.asked).toEqual([]);
    expect(bench.desk.calls).toEqual([]);
  });

  it.each([
    ['cancelled', 'case-state'],
    ['unchanged', 'case-state'],
    ['attention', 'issuing-attention'],
  ] as const)('does nothing for a case that is %s', async (state, code) => {
    bench.desk.state = state;
    await expect(amend()).rejects.toMatchObject({ code });
    expect(bench.desk.calls).toEqual(['/api/orders/take']);
  });
});
