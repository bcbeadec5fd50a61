/**
 * Who may talk to the assistant. A browser lets any page send requests to the loopback interface; this is where a
 * stranger's are told from the assistant's own. Whoever is turned away learns nothing, not even that this is certdesk.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** Header that carries a window's secret. A custom header alone already keeps other origins' simple requests out. */
export const windowHeader = 'x-certdesk-window';

const hash = (text: string) => createHash('sha256').update(text).digest();

/** Compares guessable secrets in constant time. */
export function sameSecret(given: string, expected: string): boolean {
  return timingSafeEqual(hash(given), hash(expected));
}

/** The exact Host, so that no other name that resolves to 127.0.0.1 (DNS rebinding) is answered. */
export function isOurHost({ headers, rawHeaders }: IncomingMessage, port: number): boolean {
  const hosts = rawHeaders.filter((name, at) => at % 2 === 0 && name.toLowerCase() === 'host');
  return hosts.length === 1 && headers.host === `127.0.0.1:${port}`;
}

/** A person's browser opens a page as its own window: no frame, no subresource, no fetch. */
export function isNavigation({ headers }: IncomingMessage): boolean {
  return (
    headers.origin === undefined && sent(headers, 'mode', ['navigate']) && sent(headers, 'dest', ['document'])
  );
}

/** Opened by the assistant's command, not by a link on some page. */
export function isFromOutsideTheWeb({ headers }: IncomingMessage): boolean {
  return sent(headers, 'site', ['none', 'same-origin']);
}

/** A request of our own window's script. */
export function isOurScript({ headers }: IncomingMessage, port: number): boolean {
  return (
    headers.origin === `http://127.0.0.1:${port}` &&
    sent(headers, 'site', ['same-origin']) &&
    sent(headers, 'mode', ['cors', 'same-origin']) &&
    sent(headers, 'dest', ['empty'])
  );
}

/** A request of the command line: no browser sends one without these headers. */
export function isNoBrowser({ headers }: IncomingMessage): boolean {
  return headers.origin === undefined && !Object.keys(headers).some((name) => name.startsWith('sec-fetch-'));
}

/** Older browsers send no fetch metadata; where it is sent, it must be right. */
function sent(headers: IncomingMessage['headers'], name: string, allowed: readonly string[]): boolean {
  const value = headers[`sec-fetch-${name}`];
  return value === undefined || (typeof value === 'string' && allowed.includes(value));
}

/**
 * At most `burst` requests at once and `perSecond` in the long run.
 * @param now milliseconds on a clock that nobody sets
 */
export function rateLimit(burst: number, perSecond: number, now: () => number): () => boolean {
  let tokens = burst;
  let last = now();
  return () => {
    const at = now();
    tokens = Math.min(burst, tokens + ((at - last) / 1000) * perSecond);
    last = at;
    if (tokens < 1) return false;
    tokens -= 1;
    return true;
  };
}
