import type { ErrorDetails } from '@certdesk/contract';
import type { Problem, Sentence, WindowApi } from '../src/local/views.ts';
import { start } from './start.ts';

export interface Failure {
  /** From the error table, or `window-gone`. */
  readonly code: string;
  readonly details: ErrorDetails;
  /** The assistant's; null for what only the window itself can find out. */
  readonly sentence: Sentence | null;
}

/** `window-gone`: the assistant was closed or started anew, and knows this window no more. */
export class CallFailed extends Error {
  readonly failure: Failure;
  constructor(failure: Failure) {
    super(failure.code);
    this.failure = failure;
  }
}

const pauseMs = 600;
const attempts = 3;

/** Asks this window's own assistant. @throws CallFailed */
export async function call<P extends keyof WindowApi>(
  path: P,
  request: WindowApi[P]['request'],
  options: { signal?: AbortSignal; keepalive?: boolean } = {},
): Promise<WindowApi[P]['answer']> {
  const response = await fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-certdesk-window': start.secret },
    body: JSON.stringify(request),
    ...options,
  }).catch(() => undefined);
  const body: unknown = await response?.json().catch(() => undefined);
  if (response?.ok && body !== undefined) return body as WindowApi[P]['answer'];
  const { code = 'window-gone', details = {}, sentence = null } = (body ?? {}) as Partial<Problem>;
  throw new CallFailed({ code, details, sentence });
}

/**
 * Asks for what changes, which may be asked again: a computer that goes to sleep breaks off whatever its browser was
 * waiting for, and that does not mean that the assistant is gone.
 * @throws CallFailed
 */
export async function poll<P extends '/api/order/state' | '/api/own/keys'>(
  path: P,
  after: number,
  signal: AbortSignal,
): Promise<WindowApi[P]['answer']> {
  for (let left = attempts; ; ) {
    try {
      return await call(path, { after }, { signal });
    } catch (error) {
      left -= 1;
      if (left === 0 || signal.aborted || failureOf(error).code !== 'window-gone') throw error;
      await pause(pauseMs);
    }
  }
}

export const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

export function failureOf(error: unknown): Failure {
  return error instanceof CallFailed ? error.failure : { code: 'internal', details: {}, sentence: null };
}
