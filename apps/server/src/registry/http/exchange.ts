/** One question to the register and its answer over HTTP: within its time, tried twice at most, believed or not. */
import { Agent } from 'undici';
import type { Clock } from '../../platform/clock.ts';
import { randomNonce } from '../../platform/random.ts';
import { NoAnswer } from './no-answer.ts';
import type { Question } from './question.ts';
import type { HttpRegisterSettings } from './settings.ts';
import type { AnswerMessage, Fields } from './signatures/base.ts';
import { signatureFields, whyNotSigned } from './signatures/messages.ts';

export interface Answer {
  /** undefined: the status alone says that there is no such entity. */
  readonly json: unknown;
  /** The request's id, which the register may have in its log too. */
  readonly reference: string;
  readonly saidAt: Date;
}

export interface Exchange {
  /** @param within ends the wait for all questions of one search. @throws NoAnswer */
  ask(question: Question, within: AbortSignal): Promise<Answer>;
  close(): Promise<void>;
}

/** An entity's answer is some hundreds of octets; whoever sends this much sends something else. */
const maxAnswerOctets = 64 * 1024;

/** What says that nothing was lost by asking again: asking changes nothing, and these pass in a moment. */
const passingStatus: readonly number[] = [502, 503, 504];
const passingTrouble: readonly string[] = [
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'UND_ERR_SOCKET',
  'UND_ERR_CONNECT_TIMEOUT',
];

export function exchangeWith(settings: HttpRegisterSettings, clock: Clock): Exchange {
  const { timeoutMs, answer } = settings.configuration;
  const agent = new Agent({
    // No more than a register may be surprised by; who waits for a connection waits within his time.
    connections: 16,
    connect: { ...settings.tls, timeout: timeoutMs },
    // The signal of each try holds for these.
    headersTimeout: 0,
    bodyTimeout: 0,
    maxResponseSize: maxAnswerOctets,
  });

  async function once({ url, content }: Question, within: AbortSignal): Promise<Answer> {
    const reference = randomNonce();
    const request = await requestTo(settings, url, content, reference, clock());
    const { message, body } = await send(agent, request, content, within, timeoutMs);
    const { status } = message;
    if (passingStatus.includes(status)) throw new NoAnswer('away', `HTTP ${status}`, { passing: true });
    if (status >= 500 || status === 429) throw new NoAnswer('away', `HTTP ${status}`);
    if (status !== 200 && status !== answer.unknownStatus) throw new NoAnswer('refused', `HTTP ${status}`);
    const why = settings.answerKey && whyNotSigned(message, body, settings.answerKey, clock());
    if (why) throw new NoAnswer('unbelievable', why);
    return { json: status === 200 ? jsonIn(body) : undefined, reference, saidAt: clock() };
  }

  return {
    async ask(question, within) {
      try {
        return await once(question, within);
      } catch (error) {
        if (!(error instanceof NoAnswer && error.passing) || within.aborted) throw error;
        return await once(question, within);
      }
    },
    close: () => agent.destroy(),
  };
}

/** The request as it is sent: another id and signature at each try. */
async function requestTo(
  { signing }: HttpRegisterSettings,
  url: URL,
  content: Uint8Array | null,
  id: string,
  now: Date,
): Promise<AnswerMessage['request']> {
  const method = content ? 'POST' : 'GET';
  const signed = signing
    ? await signatureFields({ method, url }, content, { ...signing, nonce: id, now })
    : {};
  const fields = {
    accept: 'application/json',
    'x-request-id': id,
    ...(content && { 'content-type': 'application/json' }),
    ...signed,
  };
  return { method, url, fields };
}

/** Redirects are not followed: they could lead anywhere, and a register does not move. */
async function send(
  agent: Agent,
  request: AnswerMessage['request'],
  content: Uint8Array | null,
  within: AbortSignal,
  timeoutMs: number,
): Promise<{ message: AnswerMessage; body: Uint8Array }> {
  const { url, method, fields } = request;
  const ofTry = AbortSignal.timeout(timeoutMs);
  try {
    const response = await agent.request({
      origin: url.origin,
      path: url.pathname + url.search,
      method,
      headers: { ...fields },
      body: content,
      signal: AbortSignal.any([within, ofTry]),
    });
    const body = new Uint8Array(await response.body.arrayBuffer());
    return { message: { status: response.statusCode, fields: joined(response.headers), request }, body };
  } catch (cause) {
    if (within.aborted || ofTry.aborted) throw new NoAnswer('away', 'no answer in time', { passing: true });
    const code = (cause as NodeJS.ErrnoException).code ?? '';
    if (code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE') throw new NoAnswer('unreadable', 'the answer is too long');
    throw new NoAnswer('away', 'cannot be reached', { cause, passing: passingTrouble.includes(code) });
  }
}

function joined(headers: Readonly<Record<string, string | string[] | undefined>>): Fields {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]),
  );
}

/** Without the parser's own words, which quote the answer. */
function jsonIn(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    throw new NoAnswer('unreadable', 'the answer is not JSON in UTF-8');
  }
}
