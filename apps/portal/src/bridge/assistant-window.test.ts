import type { SignedOrder } from '@certdesk/contract';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { failure } from '../troubles/failure.ts';
import { AssistantWindow, type Browser, type Errand, olderThan, type Phase } from './assistant-window.ts';

const ports = [17653, 27653, 37653];
const order: SignedOrder = {
  payload: Buffer.from(JSON.stringify({ id: 'o-1', desk: '证书自助服务' })).toString('base64'),
  signature: 'AAAA',
};

/** A browser whose windows are recorded instead of shown. */
class FakeBrowser {
  readonly posted: { message: { type: string }; origin: string }[] = [];
  readonly popup = {
    closed: false,
    location: { href: '' },
    focus: () => undefined,
    close: () => {
      this.popup.closed = true;
    },
    postMessage: (message: { type: string }, origin: string) => this.posted.push({ message, origin }),
  };
  blocks = false;
  #listener: ((event: unknown) => void) | undefined;

  open(address: string) {
    this.popup.location.href = address;
    return this.blocks ? null : this.popup;
  }
  addEventListener(_: string, listener: (event: unknown) => void) {
    this.#listener = listener;
  }
  removeEventListener() {
    this.#listener = undefined;
  }
  say(data: unknown, origin: string, source: unknown = this.popup) {
    this.#listener?.({ data, origin, source });
  }
  get listening() {
    return this.#listener !== undefined;
  }
}

let browser: FakeBrowser;
let phases: Phase[];

beforeEach(() => {
  vi.useFakeTimers();
  browser = new FakeBrowser();
  phases = [];
});
afterEach(() => vi.useRealTimers());

function openWindow(change: Partial<Errand> = {}) {
  return new AssistantWindow(
    {
      ports,
      minimumVersion: '1.0.0',
      language: 'zh',
      order: async () => order,
      onPhase: (phase) => phases.push(phase),
      explain: () => failure('internal'),
      ...change,
    },
    browser as unknown as Browser,
  );
}

const last = () => phases.at(-1);
const origin = (at: number) => `http://127.0.0.1:${ports[at]}`;
const ready = { type: 'certdesk ready', version: '1.2.0' };
const settle = () => vi.advanceTimersByTimeAsync(0);

test('opens the first port and hands the order to the window that is ready, and to its origin alone', async () => {
  openWindow();
  expect(browser.popup.location.href).toBe(`${origin(0)}/window`);
  browser.say(ready, origin(0));
  await settle();
  expect(browser.posted).toEqual([
    { message: { type: 'certdesk order', order, language: 'zh' }, origin: origin(0) },
  ]);
  expect(last()).toEqual({ at: 'handed' });
});

test('steers the one window through the ports, two seconds each, then explains and goes on listening', async () => {
  openWindow();
  vi.advanceTimersByTime(1999);
  expect(browser.popup.location.href).toBe(`${origin(0)}/window`);
  vi.advanceTimersByTime(1);
  expect(browser.popup.location.href).toBe(`${origin(1)}/window`);
  vi.advanceTimersByTime(2000);
  expect(browser.popup.location.href).toBe(`${origin(2)}/window`);
  expect(last()).toEqual({ at: 'seeking' });
  vi.advanceTimersByTime(2000);
  expect(last()).toEqual({ at: 'missing' });
  // The assistant is started now.
  expect(browser.popup.location.href).toBe(`${origin(0)}/window`);
  browser.say(ready, origin(0));
  await settle();
  expect(last()).toEqual({ at: 'handed' });
});

test('stops steering once a port has answered', async () => {
  openWindow();
  browser.say(ready, origin(0));
  await settle();
  vi.advanceTimersByTime(60_000);
  expect(browser.popup.location.href).toBe(`${origin(0)}/window`);
});

test.each([
  ['another port', () => origin(1), undefined],
  ['localhost instead of 127.0.0.1', () => `http://localhost:${ports[0]}`, undefined],
  ['https', () => `https://127.0.0.1:${ports[0]}`, undefined],
  ['a longer name', () => `${origin(0)}.evil.example`, undefined],
  ['an opaque origin', () => 'null', undefined],
  ['another window', () => origin(0), {}],
])('gives nothing to %s', async (_, from, source) => {
  openWindow();
  browser.say(ready, from(), source);
  await settle();
  expect(browser.posted).toEqual([]);
  expect(last()).toEqual({ at: 'seeking' });
});

test('a signature counts only for the order that was handed over', async () => {
  openWindow();
  browser.say(ready, origin(0));
  await settle();
  const signed = { type: 'certdesk signed', statement: order, certificate: 'AAAA' };
  browser.say({ ...signed, order: 'o-2' }, origin(0));
  expect(last()).toEqual({ at: 'handed' });
  browser.say({ ...signed, order: 'o-1' }, origin(2));
  expect(last()).toEqual({ at: 'handed' });
  browser.say({ ...signed, order: 'o-1' }, origin(0));
  expect(last()).toEqual({ at: 'signed', statement: order, certificate: 'AAAA' });
});

test.each([null, 'ready', 7, {}, { type: 'certdesk ready' }, { type: 'certdesk something', order: 'o-1' }])(
  'ignores what is no message of the bridge: %j',
  async (data) => {
    openWindow();
    browser.say(ready, origin(0));
    await settle();
    const before = phases.length;
    browser.say(data, origin(0));
    expect(phases).toHaveLength(before);
  },
);

test('says which trouble the window reports', async () => {
  openWindow();
  browser.say(ready, origin(0));
  await settle();
  browser.say(
    { type: 'certdesk failed', order: 'o-1', code: 'pin-incorrect', details: { tries: 3 } },
    origin(0),
  );
  expect(last()).toEqual({ at: 'failed', failure: failure('pin-incorrect', { tries: 3 }) });
  expect(browser.listening).toBe(false);
});

test('notices a blocked window and one that was closed', () => {
  browser.blocks = true;
  openWindow();
  expect(last()).toEqual({ at: 'failed', failure: failure('window-blocked') });
  browser.blocks = false;
  openWindow();
  browser.popup.closed = true;
  vi.advanceTimersByTime(1000);
  expect(last()).toEqual({ at: 'failed', failure: failure('window-closed') });
});

test('a result is not turned into a failure by the window closing after it', async () => {
  openWindow();
  browser.say(ready, origin(0));
  await settle();
  browser.say({ type: 'certdesk finished', order: 'o-1' }, origin(0));
  browser.popup.closed = true;
  vi.advanceTimersByTime(5000);
  expect(last()).toEqual({ at: 'finished' });
});

test('a reloaded window gets the same order again, not another one', async () => {
  const ask = vi.fn(async () => order);
  openWindow({ order: ask });
  browser.say(ready, origin(0));
  browser.say(ready, origin(0));
  await settle();
  browser.say(ready, origin(0));
  await settle();
  expect(ask).toHaveBeenCalledOnce();
  expect(browser.posted.every(({ message }) => message.type === 'certdesk order')).toBe(true);
});

test('an assistant that is too old gets no order', async () => {
  openWindow({ minimumVersion: '1.10.0' });
  browser.say(ready, origin(0));
  await settle();
  expect(last()).toEqual({ at: 'failed', failure: failure('assistant-outdated') });
  expect(browser.posted.map(({ message }) => message.type)).not.toContain('certdesk order');
});

test('when the server gives no order, the window is closed and the reason kept', async () => {
  openWindow({ order: () => Promise.reject(new Error()), explain: () => failure('order-stale') });
  browser.say(ready, origin(0));
  await settle();
  expect(last()).toEqual({ at: 'failed', failure: failure('order-stale') });
  expect(browser.popup.closed).toBe(true);
});

test('versions are compared by their numbers', () => {
  expect(olderThan('1.9.0', '1.10.0')).toBe(true);
  expect(olderThan('1.10', '1.10.0')).toBe(false);
  expect(olderThan('2.0.0', '1.10.0')).toBe(false);
  expect(olderThan('what', '0.1.0')).toBe(true);
});
