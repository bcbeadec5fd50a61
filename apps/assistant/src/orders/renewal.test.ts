import { publicKeyDigest } from '@certdesk/pki';
import { KeyError } from '@certdesk/token';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Bench, obligingDialogue, openBench } from '../test-support/bench.test-support.ts';
import * as interruptions from '../test-support/interruptions.test-support.ts';

let bench: Bench;
beforeEach(async () => {
  bench = await openBench();
});
afterEach(() => bench.stop());

const order = () => bench.desk.sign(bench.desk.renewalOrder());
const inForce = () => bench.desk.certificates.filter(({ state }) => state === 'in-force');

/** Case done, one certificate in force, and the key holds just that one with its key pair. */
function expectRenewed(): void {
  expect(bench.desk.state).toBe('done');
  expect(inForce()).toHaveLength(1);
  expect(bench.desk.certificates.filter(({ state }) => state === 'issued')).toEqual([]);
  expect([...bench.store.containers.keys()]).toEqual(['case-1']);
  const pair = bench.store.containers.get('case-1');
  expect(pair?.certificate && Buffer.from(pair.certificate)).toEqual(Buffer.from(inForce()[0]?.der ?? []));
  expect(publicKeyDigest(pair?.publicKey ?? new Uint8Array())).toBe(inForce()[0]?.publicKey);
  expect(bench.store.loggedIn.size).toBe(0);
}

/** At every moment a certificate that the server holds good stands on the key. */
function expectSomethingWorks(): void {
  const onKey = [...bench.store.containers.values()].flatMap((pair) =>
    pair?.certificate ? [pair.certificate] : [],
  );
  const working = inForce().filter(({ der }) => onKey.some((there) => Buffer.compare(there, der) === 0));
  expect(working.length).toBeGreaterThan(0);
}

it('renews: the new certificate is written and proved before the old one leaves', async () => {
  const outcome = await bench.run(order());
  expectRenewed();
  expect(outcome).toMatchObject({
    purpose: 'renewal',
    certificate: { signing: { entityName: '上海示例贸易有限公司' }, encryption: null },
  });
  expect(bench.steps).toEqual([null, 'generate', 'issue', 'write', 'prove', 'tidy']);
});

it('renews in spite of one interruption at any call to the key', async () => {
  const calls = await countCalls();
  expect(calls).toBeGreaterThan(15);
  for (const kind of ['before', 'after'] as const) {
    for (let at = 1; at <= calls; at += 1) {
      await fresh();
      interruptions.pullAt(bench, at, kind);
      // The key is back the moment that it is missed.
      await bench.run(order(), {
        dialogue: { ...obligingDialogue(bench.store.pin, bench), keyWanted: async () => undefined },
      });
      interruptions.undisturbed(bench);
      expectRenewed();
    }
  }
}, 120_000);

it('renews in spite of the assistant being killed at any call to the key', async () => {
  const calls = await countCalls();
  for (const kind of ['before', 'after'] as const) {
    for (let at = 1; at <= calls; at += 1) {
      await fresh();
      await killedAt(at, kind);
      expectSomethingWorks();
      if (bench.desk.state !== 'done') await bench.run(order());
      expectRenewed();
    }
  }
}, 120_000);

it('stops with a sentence where the key refuses a call, as one whose memory is full does, and goes on later', async () => {
  const calls = await countCalls();
  for (let at = 1; at <= calls; at += 1) {
    await fresh();
    interruptions.refuseAt(bench, at);
    // One that cannot even be read is not known for the key that the order is about.
    await bench.run(order()).catch(({ code }) => expect(['key-failed', 'order-other-key']).toContain(code));
    interruptions.undisturbed(bench);
    expectSomethingWorks();
    if (bench.desk.state !== 'done') await bench.run(order());
    expectRenewed();
  }
}, 120_000);

it('renews in spite of two kills, the second anywhere after the first', async () => {
  const calls = await countCalls();
  for (let first = 1; first <= calls; first += 2) {
    for (let second = 1; second <= calls; second += 3) {
      await fresh();
      await killedAt(first, 'after');
      if (bench.desk.state !== 'done') await killedAt(second, 'after');
      expectSomethingWorks();
      if (bench.desk.state !== 'done') await bench.run(order());
      expectRenewed();
    }
  }
}, 120_000);

it('renews in spite of any one answer of the server being lost', async () => {
  for (const path of ['take', 'certificate', 'proof-challenge', 'proof', 'finish']) {
    await fresh();
    let lost = false;
    bench.desk.meddle = (called) => {
      if (lost || !called.endsWith(`/${path}`)) return undefined;
      lost = true;
      return 'lose';
    };
    await bench.run(order());
    expect(lost).toBe(true);
    expectRenewed();
  }
});

it('waits while the server is still issuing', async () => {
  let times = 3;
  bench.desk.meddle = (path) =>
    path.endsWith('/certificate') && times-- > 0 ? 'issuing-not-yet' : undefined;
  await bench.run(order());
  expectRenewed();
});

it.each([
  ['issuing-waits', '/certificate'],
  ['issuing-refused', '/certificate'],
  ['issuing-lost', '/proof'],
] as const)(
  'ends with what another CA says, %s, keeps the old certificate, and goes on later',
  async (code, where) => {
    let asked = 0;
    bench.desk.meddle = (path) => {
      if (!path.endsWith(where)) return undefined;
      asked += 1;
      return asked === 1 ? code : undefined;
    };
    await expect(bench.run(order())).rejects.toMatchObject({ code });
    // Nobody sits before a window for hours.
    expect(asked).toBe(1);
    expectSomethingWorks();
    await bench.run(order());
    expectRenewed();
  },
);

it('gets another certificate when the key lost its new pair before it was written', async () => {
  await killedAt(await callNumber('writeCertificate'), 'before');
  bench.store.containers.set('case-1', null);
  await bench.run(order());
  expectRenewed();
  expect(bench.desk.certificates.map(({ state }) => state)).toEqual(['superseded', 'revoked', 'in-force']);
});

it('writes the certificate again when a proved pair has lost it', async () => {
  await killedAt(await callNumber('removeContainer'), 'before');
  expect(bench.desk.state).toBe('proved');
  const pair = bench.store.containers.get('case-1');
  delete pair?.certificate;
  await bench.run(order());
  expectRenewed();
});

it('keeps the old certificate while the server does not say that the new one is proved', async () => {
  bench.desk.meddle = (path) => (path.endsWith('/proof') ? 'signature-invalid' : undefined);
  await expect(bench.run(order())).rejects.toMatchObject({ code: 'signature-invalid' });
  expect(bench.store.containers.has('old')).toBe(true);
  expect(bench.store.loggedIn.size).toBe(0);
});

it('refuses a certificate that is for another key, and writes nothing', async () => {
  const { certify } = bench.desk;
  const other = bench.store.addPair('elsewhere');
  bench.store.containers.delete('elsewhere');
  bench.desk.certify = (_, state) => certify.call(bench.desk, other, state);
  await expect(bench.run(order())).rejects.toMatchObject({ code: 'certificate-invalid' });
  expect(bench.store.containers.get('case-1')?.certificate).toBeUndefined();
});

it('says that there is no room before anything changes', async () => {
  bench.store.addPair('taken');
  await expect(bench.run(order())).rejects.toMatchObject({ code: 'key-no-room' });
  expect([...bench.store.containers.keys()]).toEqual(['old', 'taken']);
  expect(bench.desk.state).toBe('ordered');
});

it('finds out about room that the key does not tell', async () => {
  bench.store.tellsRoom = false;
  bench.store.addPair('taken');
  await expect(bench.run(order())).rejects.toMatchObject({ code: 'key-no-room' });
  bench.store.containers.delete('taken');
  await bench.run(order());
  expectRenewed();
});

it('takes its empty container away again when no pair fits into it', async () => {
  bench.store.tellsRoom = false;
  bench.driver.interfere = async (method, call) => {
    if (method === 'generateKeyPair') throw new KeyError('no-room');
    return call();
  };
  await expect(bench.run(order())).rejects.toMatchObject({ code: 'key-no-room' });
  expect([...bench.store.containers.keys()]).toEqual(['old']);
});

it.each(['createContainer', 'generateKeyPair'] as const)(
  'uses the pair that another assistant made just before it called %s, and never removes it',
  async (called) => {
    let others: Uint8Array | undefined;
    bench.driver.interfere = async (method, call) => {
      if (method === called && !others) others = bench.store.addPair('case-1');
      return call();
    };
    await bench.run(order());
    expectRenewed();
    expect(inForce()[0]?.publicKey).toBe(publicKeyDigest(others ?? new Uint8Array()));
  },
);

it('makes room by what an ended case left', async () => {
  bench.store.containers.set('ended', null);
  await bench.run(bench.desk.sign(bench.desk.renewalOrder({ leftovers: [{ container: 'ended' }] })));
  expectRenewed();
  expect(bench.desk.finished).toEqual([0]);
});

it('never takes what is in use for a leftover', async () => {
  const { key, container } = bench.desk.renewalOrder();
  const leftovers = [{ container: 'old' }, { key }, { container }];
  bench.desk.meddle = (path) => (path.endsWith('/proof') ? 'internal' : undefined);
  await expect(bench.run(bench.desk.sign(bench.desk.renewalOrder({ leftovers })))).rejects.toThrow();
  expect([...bench.store.containers.keys()]).toEqual(['old', 'case-1']);
  bench.desk.meddle = () => undefined;
  await bench.run(bench.desk.sign(bench.desk.renewalOrder({ leftovers })));
  expectRenewed();
  expect(bench.desk.finished).toEqual([0, 1]);
});

it('says which key is wanted when another one is in', async () => {
  const other = bench.store.addPair('old');
  bench.store.setCertificate('old', await bench.desk.certify(other));
  const about = bench.desk.sign(bench.desk.renewalOrder({ newKey: null }));
  await expect(bench.run(about)).rejects.toMatchObject({ code: 'order-other-key' });
  expect(bench.asked).toEqual([]);
  expect(bench.desk.calls).toEqual([]);
});

it('goes on with nothing that the case no longer wants', async () => {
  bench.desk.state = 'cancelled';
  await expect(bench.run(order())).rejects.toMatchObject({ code: 'case-state' });
  bench.desk.state = 'attention';
  await expect(bench.run(order())).rejects.toMatchObject({ code: 'issuing-attention' });
  expect([...bench.store.containers.keys()]).toEqual(['old']);
});

it('waits for a key that was pulled out, and asks for the PIN again', async () => {
  const wanted: string[] = [];
  let pulled = false;
  bench.driver.interfere = async (method, call) => {
    if (method === 'writeCertificate' && !pulled) {
      pulled = true;
      bench.driver.pull();
    }
    return call();
  };
  const dialogue = {
    ...obligingDialogue(bench.store.pin, bench),
    keyWanted: (code: string) => {
      wanted.push(code);
      setImmediate(() => bench.driver.insert());
      return new Promise<void>(() => undefined);
    },
  };
  await bench.run(order(), { dialogue });
  expectRenewed();
  expect(wanted).toEqual(['key-removed']);
  expect(bench.asked.map(({ again }) => again)).toEqual([false, true]);
});

// ── interruptions ──

async function fresh(): Promise<void> {
  await bench.stop();
  bench = await openBench();
}

async function countCalls(): Promise<number> {
  return (await callsOfRenewal()).length;
}

async function callNumber(method: string): Promise<number> {
  return (await callsOfRenewal()).indexOf(method) + 1;
}

async function callsOfRenewal(): Promise<string[]> {
  await fresh();
  const methods = await interruptions.callsOf(bench, () => bench.run(order()));
  await fresh();
  return methods;
}

function killedAt(at: number, moment: interruptions.Moment): Promise<void> {
  return interruptions.killedAt(bench, at, moment, () => bench.run(order()));
}
