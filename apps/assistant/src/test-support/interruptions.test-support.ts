/** What may happen between two calls to a key: it is pulled out, or the assistant's process ends. */
import { KeyError } from '@certdesk/token';
import type { Bench } from './bench.test-support.ts';

/** Before the key did what it was asked, or before it could say so. */
export type Moment = 'before' | 'after';
type Run = () => Promise<unknown>;

/** @returns the calls to the key that an undisturbed run makes, `close` and the look before the PIN included */
export async function callsOf({ driver }: Bench, run: Run): Promise<string[]> {
  const methods: string[] = [];
  driver.interfere = (method, call) => {
    methods.push(method);
    return call();
  };
  await run();
  return methods;
}

/** The key vanishes for a moment at its n-th call. */
export function pullAt({ driver, store }: Bench, at: number, moment: Moment): void {
  let count = 0;
  driver.interfere = async (method, call) => {
    count += 1;
    if (count !== at) return call();
    if (moment === 'after') await call();
    if (method === 'close') return call();
    store.loggedIn.clear();
    throw new KeyError('key-removed');
  };
}

/** The key refuses its n-th call, as one whose memory is full does. */
export function refuseAt({ driver }: Bench, at: number): void {
  let count = 0;
  driver.interfere = async (_, call) => {
    count += 1;
    if (count === at) throw new KeyError('key-failed');
    return call();
  };
}

export function undisturbed({ driver }: Bench): void {
  driver.interfere = (_, call) => call();
}

/** The assistant's process ends at the n-th call: nothing of it runs any more. */
export async function killedAt(bench: Bench, at: number, moment: Moment, run: Run): Promise<void> {
  let count = 0;
  await new Promise<void>((resolve, reject) => {
    bench.driver.interfere = async (_, call) => {
      count += 1;
      if (count < at) return call();
      if (count === at && moment === 'after') await call();
      resolve();
      return new Promise(() => undefined);
    };
    run().then(() => resolve(), reject);
  });
  undisturbed(bench);
  bench.store.loggedIn.clear();
}
