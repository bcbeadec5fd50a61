import { signedTypes } from '@certdesk/contract';
import { Sm2PrivateKey } from '@certdesk/gm';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Bench, obligingDialogue, openBench } from '../test-support/bench.test-support.ts';
import { verifiedStatement } from '../test-support/fake-desk.test-support.ts';
import { renewAfterMs } from './fresh-order.ts';
import { verifyOrder } from './trust.ts';

let bench: Bench;
beforeEach(async () => {
  bench = await openBench();
});
afterEach(() => bench.stop());

const refusal = (signed: unknown, origin = bench.desk.base, desks = [bench.desk.trusted]) => {
  try {
    verifyOrder(signed, origin, desks);
  } catch (error) {
    return (error as { code?: string }).code;
  }
  return 'accepted';
};

it('accepts the order of a trusted desk, for its own page', () => {
  expect(refusal(bench.desk.sign(bench.desk.renewalOrder()))).toBe('accepted');
  const changing = { ...bench.desk.trusted, orderKeys: [...bench.desk.trusted.orderKeys].reverse() };
  const next = Sm2PrivateKey.generate();
  changing.orderKeys.unshift(Buffer.from(next.publicKey.toSpki()).toString('base64'));
  expect(refusal(bench.desk.sign(bench.desk.signInOrder()), bench.desk.base, [changing])).toBe('accepted');
});

it('refuses an order that was forged, altered, or signed as something else', () => {
  const order = bench.desk.renewalOrder();
  const signed = bench.desk.sign(order);
  expect(refusal(bench.desk.sign(order, signedTypes.order, Sm2PrivateKey.generate()))).toBe('order-forged');
  expect(refusal(bench.desk.sign(order, signedTypes.renewal))).toBe('order-forged');
  const altered = Buffer.from(JSON.stringify({ ...order, container: 'other' })).toString('base64');
  expect(refusal({ ...signed, payload: altered })).toBe('order-forged');
  expect(refusal({ ...signed, signature: '' })).toBe('order-forged');
  expect(refusal({ payload: 7 })).toBe('order-forged');
  expect(refusal(undefined)).toBe('order-forged');
});

it('refuses a page that no desk is known at, and an order for another page or server', () => {
  const order = bench.desk.signInOrder();
  expect(refusal(bench.desk.sign(order), 'https://evil.example')).toBe('order-untrusted');
  expect(refusal(bench.desk.sign({ ...order, origin: 'https://other.example' }))).toBe('order-origin');
  expect(refusal(bench.desk.sign({ ...order, server: 'https://other.example' }))).toBe('order-untrusted');
});

it('refuses what it does not understand although a trusted desk signed it', () => {
  const order = bench.desk.renewalOrder();
  expect(refusal(bench.desk.sign({ ...order, purpose: 'erase' }))).toBe('request-invalid');
  expect(refusal(bench.desk.sign({ ...order, also: true }))).toBe('request-invalid');
  expect(refusal(bench.desk.sign('nothing'))).toBe('request-invalid');
});

it.each(['order-stale', 'order-used', 'order-unknown', 'order-forged'] as const)(
  'changes nothing on the key when the server says %s',
  async (code) => {
    bench.desk.meddle = (path) => (path.endsWith('/take') ? code : undefined);
    await expect(bench.run(bench.desk.sign(bench.desk.renewalOrder()))).rejects.toMatchObject({ code });
    expect([...bench.store.containers.keys()]).toEqual(['old']);
    expect(bench.store.loggedIn.size).toBe(0);
  },
);

it('signs in with a statement that names page, order, nonce and certificate', async () => {
  const order = bench.desk.signInOrder();
  const outcome = await bench.run(bench.desk.sign(order));
  if (outcome.purpose !== 'sign-in') throw new Error('not a sign-in');
  const der = Buffer.from(outcome.certificate, 'base64');
  expect(verifiedStatement(signedTypes.signIn, outcome.statement, der)).toEqual({
    origin: bench.desk.base,
    order: order.id,
    nonce: order.nonce,
    certificate: bench.desk.renewalOrder().certificate,
  });
  expect(() => verifiedStatement(signedTypes.proof, outcome.statement, der)).toThrow();
  expect(bench.store.loggedIn.size).toBe(0);
});

it('tidies what ended cases left, and nothing in force', async () => {
  bench.store.addPair('ended');
  const { key } = bench.desk.renewalOrder();
  await bench.run(
    bench.desk.sign(bench.desk.tidyOrder([{ container: 'ended' }, { key }, { container: 'long gone' }])),
  );
  expect([...bench.store.containers.keys()]).toEqual(['old']);
  expect(bench.desk.finished).toEqual([0, 2]);
});

it('goes on after a wrong PIN, asks before the last try, and ends when the key locks', async () => {
  const signed = bench.desk.sign(bench.desk.renewalOrder());
  const pins = ['Wrong-1', 'short', bench.store.pin];
  const typed = obligingDialogue(bench.store.pin, bench, () => ({ pin: pins.shift() ?? '' }));
  await bench.run(signed, { dialogue: typed });
  expect(bench.asked.map(({ problem }) => problem)).toEqual([null, 'incorrect', 'format']);
  expect(bench.asked[1]?.candidates[0]?.pin.tries).toBe(bench.store.maxTries - 1);

  await bench.stop();
  bench = await openBench();
  bench.store.tries = 1;
  const careless = obligingDialogue(bench.store.pin, bench, ({ problem }) => ({
    pin: 'Wrong-1',
    confirmLastTry: problem === 'last-try',
  }));
  const again = bench.desk.sign(bench.desk.renewalOrder());
  await expect(bench.run(again, { dialogue: careless })).rejects.toMatchObject({ code: 'pin-locked' });
  expect(bench.asked.map(({ problem }) => problem)).toEqual([null, 'last-try']);
  await expect(bench.run(again)).rejects.toMatchObject({ code: 'pin-locked' });
});

it('renews an order while the clerk reads it, and takes up the renewed one', async () => {
  const pauses: number[] = [];
  let agree: () => void = () => undefined;
  const agreed = new Promise<void>((resolve) => {
    agree = resolve;
  });
  const pause = async (ms: number, signal: AbortSignal) => {
    pauses.push(ms);
    if (pauses.length <= 2) return;
    agree();
    await new Promise<void>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
  };
  const patient = obligingDialogue(bench.store.pin, bench);
  const dialogue = {
    ...patient,
    askPin: async (...args: Parameters<typeof patient.askPin>) => {
      await agreed;
      return patient.askPin(...args);
    },
  };
  await bench.run(bench.desk.sign(bench.desk.renewalOrder()), { pause, dialogue });
  expect(pauses).toEqual([renewAfterMs, renewAfterMs, renewAfterMs]);
  expect(bench.desk.renewed).toBe(2);
  expect(bench.desk.state).toBe('done');
});

it('refuses a renewed order that says something else than the clerk is reading', async () => {
  const { sign } = bench.desk;
  const signed = bench.desk.sign(bench.desk.renewalOrder());
  bench.desk.sign = (order, ...more) =>
    sign.call(bench.desk, { ...(order as object), container: 'x' }, ...more);
  const dialogue = {
    ...obligingDialogue(bench.store.pin, bench),
    askPin: () => new Promise<never>(() => undefined),
  };
  const run = bench.run(signed, { pause: async () => undefined, dialogue });
  await expect(run).rejects.toMatchObject({ code: 'order-forged' });
});

it('asks for no PIN where the desk does not serve the region of the certificate’s company', async () => {
  const signIn = (served: string[] | null) => bench.run(bench.desk.sign(bench.desk.signInOrder(served)));
  await expect(signIn(['32', '310104'])).rejects.toMatchObject({ code: 'region-not-served' });
  expect(bench.asked).toEqual([]);
  for (const served of [['32', '3100'], null]) await signIn(served);
  expect(bench.asked).toHaveLength(2);
});
