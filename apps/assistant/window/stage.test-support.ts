/** The built window, the assistant that serves it, and pages that open it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type RequestListener, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { SignedOrder, WindowMessage } from '@certdesk/contract';
import type { KeyDriver } from '@certdesk/token';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { build } from 'vite';
import { afterAll, afterEach, beforeAll, vi } from 'vitest';
import { launchBrowser } from '../../../test/support/browser.ts';
import { KeyRing } from '../src/keys/ring.ts';
import type { RunOrder } from '../src/local/order-window.ts';
import { loadWindowPage, type WindowPage } from '../src/local/page.ts';
import { type LocalServer, listenLocally } from '../src/local/server.ts';
import type { WindowStart } from '../src/local/views.ts';
import { Windows } from '../src/local/windows.ts';
import { silentLog } from '../src/log.ts';
import { executeOrder } from '../src/orders/execute.ts';
import { OrderServer } from '../src/orders/server.ts';
import { never } from '../src/test-support/bench.test-support.ts';
import { type Desk, phrase } from './examples.test-support.ts';

export type Language = 'zh' | 'en';
export interface Heard {
  readonly origin: string;
  readonly data: WindowMessage | string;
}

export interface AssistantOptions {
  readonly language?: Language;
  /** Carries orders out in place of the keys. */
  readonly run?: RunOrder;
  readonly drivers?: readonly KeyDriver[];
  readonly desks?: readonly Desk[];
}

/** One assistant, with nothing of another's. */
export class Assistant {
  readonly ring: KeyRing;
  readonly #folder: string;
  readonly #options: AssistantOptions;
  #server: LocalServer | undefined;
  #clock = 0;

  constructor(folder: string, options: AssistantOptions) {
    this.#folder = folder;
    this.#options = options;
    this.ring = new KeyRing(options.drivers ?? []);
  }

  get port(): number {
    return this.#server?.port ?? 0;
  }

  get origin(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async start(): Promise<void> {
    const { language = 'zh', desks = [], run = this.#execute } = this.#options;
    this.#server = await listenLocally(this.port, {
      windows: new Windows(() => 0),
      ring: this.ring,
      desks: desks.map(({ trusted }) => trusted),
      phrase,
      language,
      version: '1.2.3',
      log: silentLog,
      page: loadWindowPage(this.#folder),
      instanceSecret: 'instance-secret',
      // Fast enough that no test is taken for a flood.
      now: () => (this.#clock += 100),
      run,
    });
  }

  readonly #execute: RunOrder = (trusted, dialogue) => {
    const server = new OrderServer({ server: trusted.desk.server, sleep: async () => undefined });
    return executeOrder(trusted, { ring: this.ring, server, dialogue, pause: never });
  };

  /** It knows no window that was open before. */
  async restart(): Promise<void> {
    await this.#server?.close();
    await this.start();
  }

  async stop(): Promise<void> {
    await this.#server?.close();
    this.ring.close();
  }

  /** Address of the own window, as `assistant open` gets it; good once. */
  async ownAddress(): Promise<string> {
    const answer = await this.#ask('POST', '/ticket', { authorization: 'Bearer instance-secret' });
    const { ticket } = JSON.parse(answer) as { ticket: string };
    return `${this.origin}/own?ticket=${ticket}`;
  }

  /** Gives it an order by another window, which no browser shows. Resolves once the order's execution says something. */
  async occupy(order: SignedOrder, origin: string): Promise<void> {
    const page = await this.#ask('GET', '/window', {});
    const { secret } = JSON.parse(/id="certdesk-start">(.*?)<\/script>/.exec(page)?.[1] ?? '') as WindowStart;
    const headers = {
      origin: this.origin,
      'content-type': 'application/json',
      'x-certdesk-window': secret,
    };
    await this.#ask('POST', '/api/order/show', headers, JSON.stringify({ order, origin, language: 'zh' }));
  }

  #ask(method: string, path: string, headers: Record<string, string>, body?: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const asked = request({ host: '127.0.0.1', port: this.port, path, method, headers }, (response) => {
        let text = '';
        response.on('data', (chunk) => {
          text += chunk;
        });
        response.on('end', () => resolve(text));
      });
      asked.on('error', reject);
      asked.end(body);
    });
  }
}

/** A web page that opens the window and notes each message it gets. */
export class Opener {
  readonly page: Page;
  #popup: Page | undefined;
  /** Of the assistant whose window is open. */
  #origin = '';

  constructor(page: Page) {
    this.page = page;
  }

  /** One window, which is steered to another assistant if it is still open: a new one takes long. */
  async open(assistant: Assistant): Promise<Page> {
    const url = `${assistant.origin}/window`;
    const before = this.#popup?.isClosed() ? undefined : this.#popup;
    const opened = before ? before.waitForURL(url).then(() => before) : this.page.waitForEvent('popup');
    await this.page.evaluate((address) => {
      Object.assign(window, { heard: [], assistant: window.open(address, 'assistant') });
    }, url);
    this.#popup = await opened;
    this.#origin = new URL(url).origin;
    // Those behind are drawn but now and then.
    await this.#popup.bringToFront();
    await this.#popup.locator('h1').waitFor();
    return this.#popup;
  }

  /** @param message posted to the window as a page of this origin can */
  async post(message: unknown): Promise<void> {
    await this.page.evaluate(
      (data) => (window as unknown as { assistant: Window }).assistant.postMessage(data, '*'),
      message,
    );
  }

  async hand(order: SignedOrder, language: Language = 'zh'): Promise<void> {
    await this.post({ type: 'certdesk order', order, language });
  }

  /** All that the window has said, after what it was posted last has reached it. */
  async heard(popup: Page): Promise<Heard[]> {
    await popup.evaluate(() => {
      const marked = new Promise<void>((resolve) => {
        addEventListener('message', ({ data }) => {
          if (data === 'marker') resolve();
        });
      });
      Object.assign(window, { marked });
    });
    await this.post('marker');
    await popup.evaluate(async () => {
      await (window as unknown as { marked: Promise<void> }).marked;
      (window.opener as Window).postMessage('marker', '*');
    });
    await this.hear('marker');
    const heard = await this.page.evaluate(() => (window as unknown as { heard: Heard[] }).heard.splice(0));
    // What the window of the test before said when its assistant stopped may come after this one was opened.
    return heard.filter(({ data, origin }) => data !== 'marker' && origin === this.#origin);
  }

  /** Waits for a message of the window; its type, or the text of a marker. */
  async hear(type: string): Promise<void> {
    await this.page.waitForFunction(
      (wanted) =>
        (window as unknown as { heard: Heard[] }).heard.some(
          ({ data }) => data === wanted || (typeof data === 'object' && data.type === wanted),
        ),
      type,
    );
  }
}

const openerPage = `<!doctype html><title>opener</title><script>
  var heard = [];
  addEventListener('message', ({ origin, data }) => heard.push({ origin, data }));
</script><iframe src="/frame" title="frame"></iframe>`;

/** The window is built once; each test gets assistants of its own, and pages that are used again in one browser. */
export function setStage() {
  const folder = mkdtempSync(join(tmpdir(), 'certdesk-window-'));
  const servers: Server[] = [];
  const assistants: Assistant[] = [];
  const openers = new Map<string, Opener>();
  let own: Page | undefined;
  let browser: Browser | undefined;
  let context: BrowserContext | undefined;

  const stage = {
    folder,
    /** Origins of pages: two whose desks may be trusted, and one that never is. */
    origins: { desk: '', other: '', stranger: '' },
    /** What browsers complained of since the test began: broken policies and errors in scripts. */
    complaints: [] as string[],
    async assistant(options: AssistantOptions = {}): Promise<Assistant> {
      const assistant = new Assistant(folder, options);
      assistants.push(assistant);
      await assistant.start();
      return assistant;
    },
    async opener(origin: string): Promise<Opener> {
      let opener = openers.get(origin);
      if (!opener) {
        const page = await newPage();
        await page.goto(origin);
        opener = new Opener(page);
        openers.set(origin, opener);
      }
      return opener;
    },
    /** Serves the window's page, with its headers, to whoever asks. @returns the origin */
    async serve({ html, headers }: WindowPage): Promise<string> {
      const start: WindowStart = { mode: 'order', secret: '', version: '1.2.3', language: 'zh', origins: [] };
      const port = await listen((_, response) => response.writeHead(200, headers).end(html(start)));
      return `http://127.0.0.1:${port}`;
    },
    /** A page that the user opens. */
    async visit(address: string): Promise<Page> {
      own ??= await newPage();
      await own.goto(address);
      await own.bringToFront();
      return own;
    },
  };

  async function listen(answer: RequestListener): Promise<number> {
    const server = createServer(answer);
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return (server.address() as AddressInfo).port;
  }

  async function newPage(): Promise<Page> {
    browser ??= await launchBrowser();
    if (!context) {
      context = await browser.newContext({ viewport: { width: 480, height: 640 } });
      context.setDefaultTimeout(10_000);
      context.on('console', (message) => {
        if (/Content Security Policy/.test(message.text())) stage.complaints.push(message.text());
      });
      context.on('weberror', (error) => stage.complaints.push(String(error.error())));
    }
    return await context.newPage();
  }

  beforeAll(async () => {
    const configFile = fileURLToPath(new URL('../vite.config.ts', import.meta.url));
    // As it ships: vite goes by the environment, and the runner's is another.
    vi.stubEnv('NODE_ENV', 'production');
    await build({ configFile, logLevel: 'silent', build: { outDir: folder } });
    vi.unstubAllEnvs();
    for (const name of ['desk', 'other', 'stranger'] as const) {
      const port = await listen((request, response) => {
        response.writeHead(200, { 'content-type': 'text/html' });
        response.end(request.url === '/' ? openerPage : '<!doctype html><title>frame</title>');
      });
      stage.origins[name] = `http://localhost:${port}`;
    }
  });
  afterEach(async () => {
    for (const assistant of assistants.splice(0)) await assistant.stop();
    stage.complaints.length = 0;
  });
  afterAll(async () => {
    await browser?.close();
    for (const server of servers) server.closeAllConnections();
    for (const server of servers) await new Promise((resolve) => server.close(resolve));
    rmSync(folder, { recursive: true });
  });
  return stage;
}

export type Stage = ReturnType<typeof setStage>;
