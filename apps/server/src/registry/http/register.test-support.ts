/** A register on this machine that does what a test says: right, slow, wrong, unsigned, or gone. */
import { createServer, type IncomingHttpHeaders, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { TLSSocket } from 'node:tls';
import { onTestFinished } from 'vitest';
import { component, signatureBase } from './signatures/base.ts';
import { contentDigest } from './signatures/content-digest.ts';
import type { MessageSigner } from './signatures/keys.ts';
import { serialize } from './signatures/structured-fields.ts';

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** Common name of the client's certificate, if it showed one. */
  readonly client: string | undefined;
}

/** What the register does with one request. */
export type Behaviour = (asked: Asked, response: ServerResponse) => void | Promise<void>;

export interface LoopbackRegister {
  readonly origin: string;
  readonly asked: Asked[];
  /** What it does with the next requests, one after the other; then again what it usually does. */
  next(...behaviours: Behaviour[]): void;
  usually(behaviour: Behaviour): void;
  /** Ends it: nothing listens there any more. */
  go(): Promise<void>;
}

export async function loopbackRegister(usual: Behaviour, tls?: ServerOptions): Promise<LoopbackRegister> {
  const asked: Asked[] = [];
  const coming: Behaviour[] = [];
  let usually = usual;
  const listener: RequestListener = async (request, response) => {
    const one = {
      method: request.method ?? '',
      path: request.url ?? '',
      headers: request.headers,
      body: (await buffer(request)).toString(),
      client: tls && (request.socket as TLSSocket).getPeerCertificate().subject?.CN,
    };
    asked.push(one);
    await (coming.shift() ?? usually)(one, response);
  };
  const server = tls ? createTlsServer(tls, listener) : createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const go = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  onTestFinished(() => (server.listening ? go() : undefined));
  return {
    origin: `${tls ? 'https' : 'http'}://127.0.0.1:${port}`,
    asked,
    next: (...behaviours) => void coming.push(...behaviours),
    usually: (behaviour) => {
      usually = behaviour;
    },
    go,
  };
}

export const saying =
  (json: unknown, status = 200): Behaviour =>
  (_, response) =>
    void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(json));

export const text =
  (body: string | Uint8Array, status = 200, headers: Record<string, string> = {}): Behaviour =>
  (_, response) =>
    void response.writeHead(status, headers).end(body);

/** Answers nothing until whoever asked has given up. */
export const holding: Behaviour = (_, response) =>
  new Promise((resolve) => response.once('close', () => resolve()));

/** Begins to answer, and goes on never. */
export const stalling: Behaviour = (asked, response) => {
  response.writeHead(200, { 'content-length': 100 }).write('{"code":');
  return holding(asked, response);
};

/** Begins to answer, and is cut off. */
export const breakingOff: Behaviour = (_, response) => {
  response.writeHead(200, { 'content-length': 100 });
  response.write('{"code":', () => response.destroy());
};

/** Cuts the connection without a word. */
export const hangingUp: Behaviour = (_, response) => void response.destroy();

/**
 * Answers signed, as to the request that came; or to another, which must not be believed.
 * @param status that is signed; another one is sent where `sent` says so
 */
export const signedWith =
  (
    signer: MessageSigner,
    json: unknown,
    { status = 200, sent = status, asIfTo }: { status?: number; sent?: number; asIfTo?: () => Asked } = {},
  ): Behaviour =>
  async (asked, response) => {
    const { headers, method, path } = asIfTo?.() ?? asked;
    const content = Buffer.from(JSON.stringify(json));
    const fields = { 'content-digest': contentDigest(content) };
    const covered = {
      items: [
        component('@status'),
        component('content-digest'),
        component('signature', { req: true, key: 'desk' }),
      ],
      parameters: new Map<string, string | number>([['keyid', 'register']]),
    };
    const request = {
      method: method as 'POST',
      url: new URL(path, `http://${headers.host}`),
      fields: { signature: String(headers.signature) },
    };
    const signature = await signer.sign(signatureBase(covered, { status, fields, request }));
    response
      .writeHead(sent, {
        ...fields,
        'signature-input': `register=${serialize(covered)}`,
        signature: `register=${serialize({ value: signature, parameters: new Map() })}`,
      })
      .end(content);
  };
