// One HTTP/1.1 connection that is kept open, made to cost the measuring side next to nothing: requests are octets that were
// put together before, and of an answer no more is read than where it ends.

import { connect } from 'node:net';

/** @typedef {{ status: number, head: string, body: Buffer }} Answer */

const END_OF_HEAD = '\r\n\r\n';

export class Connection {
  #socket;
  /** @type {Buffer} */
  #received = Buffer.alloc(0);
  /** @type {{ resolve: (answer: Answer) => void, reject: (error: Error) => void } | undefined} */
  #waiting;

  /** @param {number} port of 127.0.0.1 */
  constructor(port) {
    this.#socket = connect({ port, host: '127.0.0.1', noDelay: true });
    this.#socket.on('data', (chunk) => {
      this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
      this.#settle();
    });
    const lost = (/** @type {Error} */ error) => this.#waiting?.reject(error);
    this.#socket.on('error', lost);
    this.#socket.on('close', () => lost(new Error('The server closed the connection.')));
  }

  /**
   * Sends a request; the one before must have been answered.
   * @param {Buffer} request as it goes over the wire
   * @returns {Promise<Answer>}
   */
  send(request) {
    return new Promise((resolve, reject) => {
      if (this.#socket.destroyed) return reject(new Error('The connection is closed.'));
      this.#waiting = { resolve, reject };
      this.#socket.write(request);
    });
  }

  close() {
    this.#waiting = undefined;
    this.#socket.destroy();
  }

  #settle() {
    const answer = parse(this.#received);
    if (!answer || !this.#waiting) return;
    this.#received = Buffer.alloc(0);
    const { resolve } = this.#waiting;
    this.#waiting = undefined;
    resolve(answer);
  }
}

/**
 * @param {Buffer} octets received for one request
 * @returns {Answer | undefined} undefined: more is to come
 */
function parse(octets) {
  const end = octets.indexOf(END_OF_HEAD);
  if (end < 0) return undefined;
  const head = octets.toString('latin1', 0, end);
  const body = octets.subarray(end + END_OF_HEAD.length);
  const status = Number(head.slice(9, 12));
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
  if (length !== undefined) return body.length < Number(length) ? undefined : { status, head, body };
  if (status === 204) return { status, head, body };
  const whole = unchunked(body);
  return whole && { status, head, body: whole };
}

/**
 * RFC 9112 §7.1, without trailers.
 * @param {Buffer} body
 * @returns {Buffer | undefined} undefined: more is to come
 */
function unchunked(body) {
  const chunks = [];
  for (let at = 0; ; ) {
    const line = body.indexOf('\r\n', at);
    if (line < 0) return undefined;
    const size = Number.parseInt(body.toString('latin1', at, line), 16);
    const next = line + 2 + size + 2;
    if (body.length < next) return undefined;
    if (size === 0) return Buffer.concat(chunks);
    chunks.push(body.subarray(line + 2, line + 2 + size));
    at = next;
  }
}

/**
 * @param {'GET' | 'POST'} method
 * @param {string} path
 * @param {object} [body] sent as JSON
 * @param {Record<string, string>} [headers]
 * @returns {Buffer} for `Connection.send`
 */
export function request(method, path, body, headers = {}) {
  const json = body === undefined ? '' : JSON.stringify(body);
  const lines = [`${method} ${path} HTTP/1.1`, 'host: 127.0.0.1'];
  for (const [name, value] of Object.entries(headers)) lines.push(`${name}: ${value}`);
  if (body !== undefined)
    lines.push('content-type: application/json', `content-length: ${Buffer.byteLength(json)}`);
  return Buffer.from(`${lines.join('\r\n')}${END_OF_HEAD}${json}`);
}
