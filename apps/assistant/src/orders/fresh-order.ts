import { isDeepStrictEqual } from 'node:util';
import { AssistantError } from '../errors.ts';
import type { OrderServer } from './server.ts';
import { type TrustedOrder, verifyOrder } from './trust.ts';

/** An order is good for five minutes by the server's clock; a window that waits has it renewed a minute before. */
export const renewAfterMs = 4 * 60_000;

/** Waits on a clock that nobody sets; rejects when `signal` aborts. */
export type Pause = (ms: number, signal: AbortSignal) => Promise<void>;

/**
 * Keeps an order fresh while a slow clerk reads it, and works at the same time.
 * @param work what is waited for; its signal aborts when the order cannot be kept fresh
 * @returns what `work` gave, and the order as it stands then
 * @throws what `work` rejects with; AssistantError when the order can be renewed no more
 */
export async function whileFresh<T>(
  trusted: TrustedOrder,
  server: OrderServer,
  pause: Pause,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<{ result: T; trusted: TrustedOrder }> {
  const end = new AbortController();
  let current = trusted;
  const renewing = (async () => {
    for (;;) {
      await pause(renewAfterMs, end.signal);
      current = sameOrder(current, await server.renew(current.signed));
    }
  })();
  // While renewing, whatever goes wrong ends the order; once the work is there, stopping is all that it means.
  const trouble = renewing.catch((error: unknown) => {
    if (end.signal.aborted) return new Promise<never>(() => undefined);
    throw error;
  });
  try {
    const result = await Promise.race([work(end.signal), trouble]);
    end.abort();
    // An answer under way gives a nonce without which the order is worth nothing any more.
    await renewing.catch(ignoreAbort);
    return { result, trusted: current };
  } finally {
    end.abort();
  }
}

/** A renewed order says the same as the one that the clerk is reading, but for its nonce and time. */
function sameOrder(before: TrustedOrder, signed: TrustedOrder['signed']): TrustedOrder {
  const after = verifyOrder(signed, before.order.origin, [before.desk]);
  const { nonce, issuedAt } = after.order;
  if (!isDeepStrictEqual({ ...before.order, nonce, issuedAt }, after.order))
    throw new AssistantError('order-forged');
  return after;
}

function ignoreAbort(error: unknown): void {
  if (error instanceof AssistantError) throw error;
}
