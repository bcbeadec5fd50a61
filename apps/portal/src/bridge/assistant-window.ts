/**
 * The page's side of the bridge: opens the assistant's one window from a click, steers it through the assistant's
 * ports until one answers, hands over one order and reports what the window says. A message counts only when it comes
 * from that very window *and* from the exact origin that the window was steered to; an order is posted to that origin
 * alone, so that whatever else may listen on a port of this computer never sees it.
 */
import type { PageMessage, SignedOrder, SignedStatement, WindowMessage } from '@certdesk/contract';
import { readyTimeoutMs, windowPath } from '@certdesk/contract/bridge';
import { type Failure, failure } from '../troubles/failure.ts';

export type Phase =
  /** Looking for the port on which the assistant listens. */
  | { readonly at: 'seeking' }
  /** No port answered yet. The search goes on: an assistant that is started now is found. */
  | { readonly at: 'missing' }
  /** The window has the order; the holder reads it and types the PIN. */
  | { readonly at: 'handed' }
  | { readonly at: 'taken' }
  | { readonly at: 'signed'; readonly statement: SignedStatement; readonly certificate: string }
  | { readonly at: 'finished' }
  | { readonly at: 'failed'; readonly failure: Failure };

export interface Errand {
  readonly ports: readonly number[];
  readonly minimumVersion: string;
  readonly language: 'zh' | 'en';
  /** Asked only once the assistant is there, so that no order grows old while somebody installs it. */
  readonly order: () => Promise<SignedOrder>;
  readonly onPhase: (phase: Phase) => void;
  /** Turns what `order` threw into a failure that can be shown. */
  readonly explain: (error: unknown) => Failure;
}

/** What of the browser's window is needed; a test brings its own. */
export type Browser = Pick<Window, 'open' | 'addEventListener' | 'removeEventListener'>;

const orderMessages = new Set(
  ['taken', 'signed', 'finished', 'declined', 'failed'].map((type) => `certdesk ${type}`),
);
const closedCheckMs = 400;
/** Each round through the ports is more patient than the one before: a slow computer must not be steered away for ever. */
const longestTimeoutMs = 8000;
const features = 'popup,width=480,height=680';

export class AssistantWindow {
  readonly #errand: Errand;
  readonly #browser: Browser;
  readonly #popup: Window | null;
  #port = 0;
  #round = 0;
  #phase: Phase = { at: 'seeking' };
  #order: SignedOrder | undefined;
  #orderId: string | undefined;
  #asking = false;
  #over = false;
  #steering: ReturnType<typeof setTimeout> | undefined;
  #watching: ReturnType<typeof setInterval> | undefined;

  /** Must be called from a click, before anything is awaited: browsers open windows for nothing else. */
  constructor(errand: Errand, browser: Browser = window) {
    this.#errand = errand;
    this.#browser = browser;
    this.#popup = browser.open(this.#address(), 'certdesk-assistant', features);
    if (this.#popup === null || this.#popup.closed) {
      this.#end({ at: 'failed', failure: failure('window-blocked') });
      return;
    }
    browser.addEventListener('message', this.#receive);
    this.#watching = setInterval(this.#watch, closedCheckMs);
    this.#enter({ at: 'seeking' });
    this.#waitForReady();
  }

  /** Brings the window to the front; works from a click. */
  show(): void {
    this.#popup?.focus();
  }

  /** Ends the errand: the page wants nothing more from the window. */
  close(): void {
    this.#tell({ type: 'certdesk close' });
    this.#release();
    // The window closes itself when it shows the assistant; a page of the browser's own, on a dead port, does not.
    if (this.#orderId === undefined) this.#popup?.close();
  }

  /** Lets go of the window. Once it has an order it stays open: it may be at work. */
  leave(): void {
    if (!this.#over && this.#orderId === undefined) this.#popup?.close();
    this.#release();
  }

  /** Ends the errand because something outside the window failed. */
  fail(reason: Failure): void {
    if (this.#over) return;
    this.#tell({ type: 'certdesk close' });
    if (this.#orderId === undefined) this.#popup?.close();
    this.#end({ at: 'failed', failure: reason });
  }

  #origin(): string {
    return `http://127.0.0.1:${this.#errand.ports[this.#port]}`;
  }

  #address(): string {
    return this.#origin() + windowPath;
  }

  #waitForReady(): void {
    const patience = Math.min(readyTimeoutMs * 2 ** this.#round, longestTimeoutMs);
    this.#steering = setTimeout(() => this.#steer(), patience);
  }

  #steer(): void {
    this.#port += 1;
    if (this.#port === this.#errand.ports.length) {
      this.#port = 0;
      this.#round += 1;
      this.#enter({ at: 'missing' });
    }
    if (this.#popup) this.#popup.location.href = this.#address();
    this.#waitForReady();
  }

  readonly #watch = (): void => {
    if (this.#popup?.closed) this.#end({ at: 'failed', failure: failure('window-closed') });
  };

  readonly #receive = (event: MessageEvent<unknown>): void => {
    if (event.source !== this.#popup || event.origin !== this.#origin()) return;
    if (!isWindowMessage(event.data)) return;
    const message = event.data;
    if (message.type === 'certdesk ready') {
      this.#ready(message.version);
      return;
    }
    if (this.#orderId === undefined || message.order !== this.#orderId) return;
    if (message.type === 'certdesk taken') this.#enter({ at: 'taken' });
    else this.#end(outcomeOf(message));
  };

  /** A window that was reloaded says `ready` again and gets the same order again. */
  #ready(version: string): void {
    clearTimeout(this.#steering);
    if (olderThan(version, this.#errand.minimumVersion)) {
      this.fail(failure('assistant-outdated'));
      return;
    }
    if (this.#order) this.#hand(this.#order);
    else void this.#fetchOrder();
  }

  async #fetchOrder(): Promise<void> {
    if (this.#asking) return;
    this.#asking = true;
    this.#enter({ at: 'seeking' });
    try {
      const order = await this.#errand.order();
      if (this.#over) return;
      this.#order = order;
      this.#orderId = idOf(order);
      this.#hand(order);
    } catch (error) {
      this.fail(this.#errand.explain(error));
    }
  }

  #hand(order: SignedOrder): void {
    this.#tell({ type: 'certdesk order', order, language: this.#errand.language });
    if (this.#phase.at !== 'taken') this.#enter({ at: 'handed' });
  }

  #tell(message: PageMessage): void {
    if (this.#popup && !this.#popup.closed) this.#popup.postMessage(message, this.#origin());
  }

  #enter(phase: Phase): void {
    if (this.#over) return;
    this.#phase = phase;
    this.#errand.onPhase(phase);
  }

  #end(phase: Phase): void {
    this.#enter(phase);
    this.#release();
  }

  #release(): void {
    this.#over = true;
    clearTimeout(this.#steering);
    clearInterval(this.#watching);
    this.#browser.removeEventListener('message', this.#receive);
  }
}

function outcomeOf(message: Exclude<WindowMessage, { type: 'certdesk ready' | 'certdesk taken' }>): Phase {
  switch (message.type) {
    case 'certdesk signed':
      return { at: 'signed', statement: message.statement, certificate: message.certificate };
    case 'certdesk finished':
      return { at: 'finished' };
    case 'certdesk declined':
      return { at: 'failed', failure: failure('window-declined') };
    case 'certdesk failed':
      return { at: 'failed', failure: failure(message.code, message.details) };
  }
}

function isWindowMessage(data: unknown): data is WindowMessage {
  if (typeof data !== 'object' || data === null) return false;
  const { type, version, order, code } = data as Record<string, unknown>;
  if (type === 'certdesk ready') return typeof version === 'string';
  if (type === 'certdesk failed' && typeof code !== 'string') return false;
  return typeof order === 'string' && typeof type === 'string' && orderMessages.has(type);
}

/** The id inside an order; the page reads nothing else of it and cannot check its signature. */
function idOf(order: SignedOrder): string {
  const payload: unknown = JSON.parse(atob(order.payload));
  return String((payload as { id?: unknown }).id);
}

/** Whether version `a` is lower than `b`; both are dotted numbers, and what is no number counts as 0. */
export function olderThan(a: string, b: string): boolean {
  const [left, right] = [a, b].map((version) =>
    version.split('.').map((part) => Number.parseInt(part, 10) || 0),
  );
  for (let at = 0; at < 3; at += 1) {
    const difference = (left?.[at] ?? 0) - (right?.[at] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return false;
}
