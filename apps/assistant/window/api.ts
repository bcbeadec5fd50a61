import type { ErrorCode, ErrorDetails } from '@certdesk/contract';
import type { Problem, WindowApi } from '../src/local/views.ts';
import { start } from './start.ts';

export type Failure = { readonly code: ErrorCode | 'window-gone'; readonly details: ErrorDetails };

/** `window-gone`: the assistant was closed or started anew, and knows this window no more. */
export class CallFailed extends Error {
  readonly failure: Failure;
  constructor(failure: Failure) {
    super(failure.code);
    this.failure = failure;
  }
}

/** Asks this window's own assistant. @throws CallFailed */
export async function call<P extends keyof WindowApi>(
  path: P,
  request: WindowApi[P]['request'],
): Promise<WindowApi[P]['answer']> {
  const response = await fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-certdesk-window': start.secret },
    body: JSON.stringify(request),
  }).catch(() => undefined);
  const body: unknown = await response?.json().catch(() => undefined);
  if (response?.ok) return body as WindowApi[P]['answer'];
  const { code, details = {} } = (body ?? {}) as Partial<Problem>;
  throw new CallFailed({ code: code ?? 'window-gone', details });
}

export function failureOf(error: unknown): Failure {
  return error instanceof CallFailed
    ? error.failure
    : { code: 'internal', details: { reference: String(error) } };
}
