/** A browser on the holder's pages, as far as a journey needs one: requests, cookies, origin. It can be closed at any time. */

export class BrowserClosed extends Error {
  override readonly name = 'BrowserClosed';
}

/** What the desk refused, by its code. */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly code: string;
  constructor(code: string) {
    super(code);
    this.code = code;
  }
}

export class Browser {
  readonly #origin: string;
  readonly #cookies = new Map<string, string>();
  readonly #closing = new AbortController();
  /** Rejects when it is closed. */
  readonly closed: Promise<never>;

  constructor(origin: string) {
    this.#origin = origin;
    this.closed = new Promise((_, reject) => {
      this.#closing.signal.addEventListener('abort', () => reject(new BrowserClosed()));
    });
    this.closed.catch(() => undefined);
  }

  close(): void {
    this.#closing.abort();
  }

  get<T>(path: string): Promise<T> {
    return this.#ask('GET', path);
  }
  post<T>(path: string, body: object = {}): Promise<T> {
    return this.#ask('POST', path, body);
  }

  /** @throws Refused; BrowserClosed; whatever `fetch` says when the server is not reached */
  async #ask<T>(method: string, path: string, body?: object): Promise<T> {
    const response = await Promise.race([
      this.closed,
      fetch(`${this.#origin}/api${path}`, {
        method,
        headers: {
          origin: this.#origin,
          cookie: [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; '),
          ...(body && { 'content-type': 'application/json' }),
        },
        ...(body && { body: JSON.stringify(body) }),
        signal: this.#closing.signal,
      }),
    ]);
    for (const cookie of response.headers.getSetCookie()) {
      const [name = '', value = ''] = cookie.split(';', 1)[0]?.split('=') ?? [];
      this.#cookies.set(name, value);
    }
    const json = (await response.json()) as T & { code: string };
    if (!response.ok) throw new Refused(json.code);
    return json;
  }
}
