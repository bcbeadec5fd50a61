import {
  type CaseState,
  FinishAnswer,
  isErrorCode,
  ProofAnswer,
  ProofChallenge,
  ReissuedCertificates,
  type SignedOrder,
  SignedOrder as SignedOrderSchema,
  type SignedStatement,
  TakenOrder,
  type WriteStep,
} from '@certdesk/contract';
import type { Dispatcher } from 'undici';
import { z } from 'zod';
import { AssistantError } from '../errors.ts';
import { dispatcherFor } from './network.ts';

export interface ServerOptions {
  /** Base address; http only for the same machine. */
  readonly server: string;
  /** Waits so many milliseconds. */
  readonly sleep: (ms: number) => Promise<void>;
  /** Told when an answer does not come, and when it came after all. */
  readonly onWaiting?: (waiting: boolean) => void;
  readonly dispatcher?: Dispatcher;
}

interface CallOptions {
  readonly withToken?: boolean;
  readonly onRetry?: () => void;
}

/** Pauses before each further try, in milliseconds: about a minute in all, then the order ends and the case goes on later. */
const pauses = [300, 600, 1200, 2500, 5000, 10_000, 15_000, 20_000];
/** Passing troubles of the server: the same call is repeated. */
const passing: ReadonlySet<string> = new Set([
  'database-unavailable',
  'maintenance',
  'authority-unavailable',
  'key-management-unavailable',
  'issuing-not-yet',
  'too-many-requests',
]);
const timeoutMs = 20_000;

const ProblemBody = z.object({
  code: z.string(),
  details: z.record(z.string(), z.union([z.string(), z.number()])).catch({}),
});

/**
 * The server's side of orders. Every call may be repeated, so a lost answer is simply asked for again.
 * All reject with AssistantError: the server's own code, `assistant-no-server` when it cannot be reached.
 */
export class OrderServer {
  readonly #options: ServerOptions;
  readonly #dispatcher: Dispatcher;
  #token: string | undefined;

  constructor(options: ServerOptions) {
    this.#options = options;
    this.#dispatcher = options.dispatcher ?? dispatcherFor(options.server);
  }

  /** `attempt`: 256 random bits in base64url; the same attempt may take the same order again. */
  async take(order: SignedOrder, attempt: string): Promise<CaseState> {
    const taken = await this.#post('/api/orders/take', { order, attempt }, TakenOrder, { withToken: false });
    this.#token = taken.token;
    return taken.state;
  }

  renew(order: SignedOrder): Promise<SignedOrder> {
    return this.#post('/api/orders/renew', { order }, SignedOrderSchema, { withToken: false });
  }

  /** Told once, without waiting: progress decides nothing. */
  progress(step: WriteStep): void {
    this.#send('/api/orders/progress', { step }, true)
      .then(({ body }) => body.dump())
      .catch(() => undefined);
  }

  /** @param request PKCS#10, DER */
  certificate(
    request: Uint8Array,
    statement: SignedStatement,
  ): Promise<z.infer<typeof ReissuedCertificates>> {
    const body = { request: Buffer.from(request).toString('base64'), statement };
    return this.#post('/api/orders/certificate', body, ReissuedCertificates);
  }

  proofChallenge(): Promise<z.infer<typeof ProofChallenge>> {
    return this.#post('/api/orders/proof-challenge', {}, ProofChallenge);
  }

  async proof(statement: SignedStatement): Promise<CaseState> {
    return (await this.#post('/api/orders/proof', { statement }, ProofAnswer)).state;
  }

  /** @param gone which of the order's leftovers are no longer on the key, by their place in its list */
  async finish(gone: number[]): Promise<void> {
    let retried = false;
    try {
      await this.#post('/api/orders/finish', { gone }, FinishAnswer, { onRetry: () => (retried = true) });
    } catch (error) {
      // Finishing ends the token. Where the answer was lost, the token's end says that the finish was heard.
      const heard = retried && error instanceof AssistantError && error.code === 'order-token';
      if (!heard) throw error;
    }
  }

  /** Ends the connections; calls under way are cut off. */
  close(): Promise<void> {
    return this.#dispatcher.destroy();
  }

  async #post<T>(
    path: string,
    body: unknown,
    answer: z.ZodType<T>,
    { withToken = true, onRetry }: CallOptions = {},
  ): Promise<T> {
    const { sleep, onWaiting } = this.#options;
    for (let tries = 0; ; tries += 1) {
      try {
        const value = await this.#ask(path, body, answer, withToken);
        if (tries > 0) onWaiting?.(false);
        return value;
      } catch (error) {
        if (!(error instanceof AssistantError) || !isPassing(error)) throw error;
        const pause = pauses[tries];
        if (pause === undefined) throw error;
        onWaiting?.(true);
        onRetry?.();
        const { seconds } = error.details;
        await sleep(typeof seconds === 'number' ? Math.min(seconds * 1000, 60_000) : pause);
      }
    }
  }

  async #ask<T>(path: string, body: unknown, answer: z.ZodType<T>, withToken: boolean): Promise<T> {
    let status: number;
    let json: unknown;
    try {
      const response = await this.#send(path, body, withToken);
      status = response.statusCode;
      json = parsed(await response.body.text());
    } catch (error) {
      throw new AssistantError('assistant-no-server', {}, error);
    }
    if (status !== 200) throw problemOf(status, json);
    const value = answer.safeParse(json);
    // A network's login page answers 200 too.
    if (!value.success) throw new AssistantError('assistant-no-server', { where: path }, value.error);
    return value.data;
  }

  #send(path: string, body: unknown, withToken: boolean): Promise<Dispatcher.ResponseData> {
    const origin = new URL(this.#options.server);
    return this.#dispatcher.request({
      origin: origin.origin,
      path,
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json',
        ...(withToken && { authorization: `Bearer ${this.#token}` }),
      },
      body: JSON.stringify(body),
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
    });
  }
}

function isPassing(error: AssistantError): boolean {
  return error.code === 'assistant-no-server' || passing.has(error.code);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function problemOf(status: number, json: unknown): AssistantError {
  const body = ProblemBody.safeParse(json);
  if (body.success && isErrorCode(body.data.code))
    return new AssistantError(body.data.code, body.data.details);
  // Whatever stands between here and the server answered, or a server that is not there yet.
  return new AssistantError('assistant-no-server', { status });
}
