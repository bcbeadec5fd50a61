// A holder at work: browser and key assistant in one, asking what they ask, in their order, of one server after the other.

import { randomBytes } from 'node:crypto';
import { signedOctets, signedTypes } from '@certdesk/contract';
import { certificateDigest } from '@certdesk/pki';
import { request } from './connection.mjs';
import { ORIGIN } from './desk.mjs';

/** @typedef {(call: string, milliseconds: number) => void} Watch told how long each call was waited for */

export class HolderClient {
  /** @type {Map<string, string>} */
  #cookies = new Map();
  #token = '';
  #holder;
  #address;
  #connections;
  #progressConnection;
  #watch;
  #turn = 0;
  /** Progress is told without waiting, as the assistant does. @type {Promise<unknown>} */
  #told = Promise.resolve();

  /**
   * @param {import('./holders.mjs').Holder} holder
   * @param {string} address IP address that it comes from
   * @param {readonly import('./connection.mjs').Connection[]} connections to each server, used in turn, and one more
   *   for progress
   * @param {Watch} watch
   */
  constructor(holder, address, connections, watch) {
    this.#holder = holder;
    this.#address = address;
    this.#connections = connections.slice(0, -1);
    this.#progressConnection = connections.at(-1);
    this.#watch = watch;
  }

  /** Renews its certificate, from sign-in to the old key pair's end. */
  async renew() {
    const { certificate } = this.#holder;
    const signIn = orderIn(await this.#browser('POST', '/api/sign-in/orders', {}));
    await this.#browser('POST', '/api/sign-in', { statement: await this.#signIn(signIn), certificate });
    const { agreement } = await this.#browser('GET', '/api/renewal');
    const { version, digest } = agreement;
    const { id, comparison } = await this.#browser('POST', '/api/renewal', {
      agreement: { version, digest },
    });
    const { digest: seen, groups } = comparison;
    await this.#browser('POST', `/api/cases/${id}/confirmations`, {
      comparison: seen,
      groups,
      added: [],
      declined: [],
    });
    await this.#browser('POST', `/api/cases/${id}/term`, { years: 1 });
    await this.#write(await this.#browser('POST', `/api/cases/${id}/orders`, {}));
  }

  /** @param {import('@certdesk/contract').SignedOrder} signed */
  async #write(signed) {
    const attempt = randomBytes(32).toString('base64url');
    const { token } = await this.#assistant('/api/orders/take', { order: signed, attempt });
    this.#token = token;
    const order = orderIn(signed);
    const { request } = this.#holder;
    const statement = await this.#confirm(order);
    const issued = await this.#assistant('/api/orders/certificate', { request, statement });
    this.#progress('prove');
    const { nonce } = await this.#assistant('/api/orders/proof-challenge', {});
    const certificate = certificateDigest(Buffer.from(issued.certificate, 'base64'));
    const proof = { origin: order.origin, case: order.case.id, nonce, certificate, twin: null };
    const { newSigner } = this.#holder;
    await this.#assistant('/api/orders/proof', {
      statement: await sign(newSigner, signedTypes.proof, proof),
    });
    await this.#told;
    const { state } = await this.#assistant('/api/orders/finish', { gone: [] });
    if (state !== 'done') throw new Error(`A renewal ended as ${state}.`);
  }

  /** @param {any} order */
  #signIn({ origin, id, nonce }) {
    const { signer, certificateDigest: certificate } = this.#holder;
    return sign(signer, signedTypes.signIn, { origin, order: id, nonce, certificate });
  }

  /** What the old key signs: this request, for this case. @param {any} order */
  #confirm({ origin, id, case: { id: caseId }, nonce, certificate, confirmed }) {
    const { signer, requestDigest } = this.#holder;
    const about = { origin, order: id, case: caseId, nonce, certificate };
    return sign(signer, signedTypes.renewal, { ...about, request: requestDigest, pair: 'new', confirmed });
  }

  /** @param {string} step */
  #progress(step) {
    const headers = this.#assistantHeaders();
    this.#told = this.#told.then(() =>
      this.#ask(this.#progressConnection, 'POST', '/api/orders/progress', { step }, headers),
    );
    this.#told.catch(() => {}); // told where it is awaited
  }

  /**
   * @param {'GET' | 'POST'} method
   * @param {string} path
   * @param {object} [body]
   */
  #browser(method, path, body) {
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const headers = { origin: ORIGIN, ...(cookie && { cookie }), ...this.#from };
    return this.#ask(this.#nextConnection(), method, path, body, headers);
  }

  /**
   * @param {string} path
   * @param {object} body
   */
  #assistant(path, body) {
    return this.#ask(this.#nextConnection(), 'POST', path, body, this.#assistantHeaders());
  }

  #assistantHeaders() {
    return { ...(this.#token && { authorization: `Bearer ${this.#token}` }), ...this.#from };
  }

  get #from() {
    return { 'x-forwarded-for': this.#address };
  }

  #nextConnection() {
    this.#turn += 1;
    return this.#connections[this.#turn % this.#connections.length];
  }

  /**
   * @param {import('./connection.mjs').Connection | undefined} connection
   * @param {'GET' | 'POST'} method
   * @param {string} path
   * @param {object | undefined} body
   * @param {Record<string, string>} headers
   * @returns {Promise<any>} the answer's JSON
   */
  async #ask(connection, method, path, body, headers) {
    if (!connection) throw new Error('no connection');
    const octets = request(method, path, body, headers);
    const asked = performance.now();
    const answer = await connection.send(octets);
    const call = `${method} ${path.replace(/[0-9a-f-]{36}/, ':id')}`;
    this.#watch(call, performance.now() - asked);
    if (answer.status >= 300)
      throw new Error(`${call}: ${answer.status} ${answer.body.toString().slice(0, 400)}`);
    for (const [, name = '', value = ''] of answer.head.matchAll(/\r\nset-cookie: ([^=]+)=([^;\r]*)/gi))
      this.#cookies.set(name, value);
    return answer.status === 204 ? undefined : JSON.parse(answer.body.toString());
  }
}

/** @param {import('@certdesk/contract').SignedOrder} signed */
function orderIn({ payload }) {
  return JSON.parse(Buffer.from(payload, 'base64').toString());
}

/**
 * @param {import('@certdesk/pki').Signer} signer
 * @param {import('@certdesk/contract').SignedType} type
 * @param {object} statement
 */
async function sign(signer, type, statement) {
  const payload = Buffer.from(JSON.stringify(statement));
  const signature = Buffer.from(await signer.sign(signedOctets(type, payload)));
  return { payload: payload.toString('base64'), signature: signature.toString('base64') };
}
