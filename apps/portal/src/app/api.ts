import type {
  AmendmentOffer,
  Case,
  DeskInfo,
  OpenRenewalRequest,
  Problem,
  RenewalOffer,
  ServedReply,
  ServicePoints,
  Session,
  SignedOrder,
  SignInRequest,
} from '@certdesk/contract';
import { type Failure, failure } from '../troubles/failure.ts';
import { sessionStore } from './session.ts';

/** The type that a schema of the contract describes. */
export type Of<Schema extends { _zod: { output: unknown } }> = Schema['_zod']['output'];

/** What any call of the API may end with. Only this is ever thrown from here. */
export class ApiError extends Error {
  readonly failure: Failure;
  constructor(reason: Failure) {
    super(reason.code);
    this.failure = reason;
  }
}

export function failureOf(error: unknown): Failure {
  return error instanceof ApiError ? error.failure : failure('internal', { reference: String(error) });
}

/** An answer that takes longer than this counts as none. */
const patienceMs = 30_000;

async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), patienceMs);
  try {
    const response = await fetch(`/api${path}`, {
      method,
      credentials: 'same-origin',
      signal: abort.signal,
      headers: {
        accept: 'application/json',
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    if (response.ok) return (response.status === 204 ? undefined : await response.json()) as T;
    throw new ApiError(await problemIn(response));
  } catch (error) {
    // Whatever else went wrong (no network, an answer that is no JSON), the server was not reached.
    throw error instanceof ApiError ? error : new ApiError(failure('server-unreachable'));
  } finally {
    clearTimeout(timer);
  }
}

async function problemIn(response: Response): Promise<Failure> {
  let problem: Partial<Problem>;
  try {
    problem = (await response.json()) as Partial<Problem>;
  } catch {
    return failure('server-unreachable');
  }
  if (typeof problem.code !== 'string') return failure('server-unreachable');
  if (problem.code === 'session-ended' && sessionStore.get().at === 'signed-in')
    sessionStore.set({ at: 'ended' });
  return failure(problem.code, problem.details ?? {}, problem.sentence ?? null);
}

const pointsAt = (division: string | null, limit: number | undefined) => {
  const query = new URLSearchParams({ ...(division && { division }), ...(limit && { limit: `${limit}` }) });
  return `/service-points?${query}`;
};

const caseAt = (id: string) => `/cases/${encodeURIComponent(id)}`;

export const api = {
  desk: () => call<DeskInfo>('GET', '/desk'),
  served: (code: string) => call<Of<typeof ServedReply>>('POST', '/served', { code }),
  servicePoints: (division: string | null, limit?: number) =>
    call<ServicePoints>('GET', pointsAt(division, limit)),
  signInOrder: () => call<SignedOrder>('POST', '/sign-in/orders', {}),
  signIn: (request: Of<typeof SignInRequest>) => call<Session>('POST', '/sign-in', request),
  session: () => call<Session>('GET', '/session'),
  signOut: () => call<void>('DELETE', '/session'),
  cases: () => call<{ cases: Case[] }>('GET', '/cases'),
  case: (id: string) => call<Case>('GET', caseAt(id)),
  cancel: (id: string) => call<Case>('POST', `${caseAt(id)}/cancel`, {}),
  renewalOffer: () => call<RenewalOffer>('GET', '/renewal'),
  openRenewal: (request: Of<typeof OpenRenewalRequest>) => call<Case>('POST', '/renewal', request),
  amendmentOffer: () => call<AmendmentOffer>('GET', '/amendment'),
  openAmendment: () => call<Case>('POST', '/amendment', {}),
  /** @param added kinds of number that come into the certificate; what else is on offer is left out */
  confirm: (
    id: string,
    { digest, groups, rows }: NonNullable<Case['comparison']>,
    added: readonly string[],
  ) =>
    call<Case>('POST', `${caseAt(id)}/confirmations`, {
      comparison: digest,
      groups,
      added,
      declined: rows.flatMap(({ kind, offer }) => (offer === 'open' && !added.includes(kind) ? [kind] : [])),
    }),
  chooseTerm: (id: string, years: number) => call<Case>('POST', `${caseAt(id)}/term`, { years }),
  askRegister: (id: string) => call<Case>('POST', `${caseAt(id)}/registry`, {}),
  order: (id: string) => call<SignedOrder>('POST', `${caseAt(id)}/orders`, {}),
  /** Address of the case's server-sent events. */
  events: (id: string) => `/api${caseAt(id)}/events`,
};
