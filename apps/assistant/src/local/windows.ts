import { createHash, randomBytes } from 'node:crypto';
import { AssistantError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { TrustedOrder } from '../orders/trust.ts';
import { OrderWindow, type RunOrder } from './order-window.ts';

export type Window = { readonly secret: string; seenAt: number } & (
  | { readonly mode: 'order'; readonly order: OrderWindow }
  | { readonly mode: 'own' }
);

/** A window that has not asked anything for so long is closed. */
const silentMs = 60_000;
const forgottenMs = 10 * 60_000;
const maxWindows = 32;

/** The windows that are open, by the digests of their secrets, and the one order that is under way. */
export class Windows {
  readonly #open = new Map<string, Window>();
  readonly #now: () => number;
  #busy: (Window & { mode: 'order' }) | undefined;

  /** @param now milliseconds on a clock that nobody sets */
  constructor(now: () => number) {
    this.#now = now;
  }

  open(mode: Window['mode']): Window {
    this.#forget();
    const secret = randomBytes(32).toString('base64url');
    const common = { secret, seenAt: this.#now() };
    const window: Window =
      mode === 'order' ? { ...common, mode, order: new OrderWindow() } : { ...common, mode };
    this.#open.set(keyOf(secret), window);
    return window;
  }

  /** Found by the digest of its secret, which leaks nothing by the time that it takes. */
  find(secret: string): Window | undefined {
    const window = this.#open.get(keyOf(secret));
    if (window) window.seenAt = this.#now();
    return window;
  }

  /** An order is being carried out and its clerk has agreed. */
  get working(): boolean {
    return this.#busy?.order.state.phase === 'working';
  }

  /**
   * Begins an order in a window; another window's order that nobody looks at any more makes room.
   * @throws AssistantError `order-busy`
   */
  async begin(
    window: Window & { mode: 'order' },
    trusted: TrustedOrder,
    tools: { phrase: string; run: RunOrder; log: Log; signal: AbortSignal },
  ): Promise<void> {
    if (window.order.state.phase !== 'empty') throw new AssistantError('order-busy');
    const busy = this.#busy;
    if (busy) {
      const left = busy.order.idle && this.#now() - busy.seenAt > silentMs;
      if (!left) throw new AssistantError('order-busy');
      await busy.order.decline(tools.signal);
      if (this.#busy) throw new AssistantError('order-busy');
    }
    this.#busy = window;
    void window.order.carryOut(trusted, tools.phrase, tools.run, tools.log).finally(() => {
      if (this.#busy === window) this.#busy = undefined;
    });
  }

  /** Leaves out windows that are long gone, and the oldest where somebody opens them by the hundred. */
  #forget(): void {
    const now = this.#now();
    for (const [key, window] of this.#open) {
      if (window !== this.#busy && now - window.seenAt > forgottenMs) this.#open.delete(key);
    }
    for (const [key, window] of this.#open) {
      if (this.#open.size < maxWindows) break;
      if (window !== this.#busy) this.#open.delete(key);
    }
  }
}

const keyOf = (secret: string) => createHash('sha256').update(secret).digest('hex');
