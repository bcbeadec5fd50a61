import type { Key, KeyDriver } from './index.ts';

/** One call that somebody makes of a key. */
export interface KeyCall {
  readonly method: keyof Key;
  /** Counted from 1 over all keys that the driver opened. */
  readonly number: number;
}

/** What happens around each call; what these throw, the caller gets. */
export interface Interposition {
  /** Throws: the call is not carried out. */
  before?(call: KeyCall): void | Promise<void>;
  /** Throws: the call was carried out, and its answer is lost. */
  after?(call: KeyCall): void | Promise<void>;
}

/** A driver whose keys fail, vanish or lose answers as a test likes, whatever driver is behind it. */
export function interposed(driver: KeyDriver, { before, after }: Interposition): KeyDriver {
  let calls = 0;
  return {
    family: driver.family,
    list: () => driver.list(),
    watch: (listener) => driver.watch(listener),
    async open(ref) {
      return new Proxy(await driver.open(ref), {
        get(key, method) {
          const member: unknown = Reflect.get(key, method, key);
          if (typeof member !== 'function') return member;
          return async (...args: unknown[]) => {
            calls += 1;
            const call = { method: method as keyof Key, number: calls };
            await before?.(call);
            const answer: unknown = await Reflect.apply(member, key, args);
            await after?.(call);
            return answer;
          };
        },
      });
    },
  };
}
