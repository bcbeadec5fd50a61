import {
  AuthorityCertificates,
  Case,
  type IdentityKind,
  isErrorCode,
  RenewalOffer,
  Session,
  SignedOrder,
  type SignedStatement,
} from '@certdesk/contract';
import { z } from 'zod';
import { AssistantError } from '../errors.ts';

/** Kinds of number on offer that come into the certificate, and those that are left out: each is in one of the two. */
export interface Decided {
  readonly added: readonly IdentityKind[];
  readonly declined: readonly IdentityKind[];
}

/** The public HTTP API as a browser uses it: the same requests, cookies and `Origin`. */
export class DeskClient {
  readonly origin: string;
  readonly #cookies = new Map<string, string>();

  constructor(origin: string) {
    this.origin = origin;
  }

  signInOrder = () => this.#call('POST', '/sign-in/orders', SignedOrder, {});
  signIn = (statement: SignedStatement, certificate: string) =>
    this.#call('POST', '/sign-in', Session, { statement, certificate });
  renewalOffer = () => this.#call('GET', '/renewal', RenewalOffer);
  openRenewal = ({ version, digest }: { version: string; digest: string }) =>
    this.#call('POST', '/renewal', Case, { agreement: { version, digest } });
  openAmendment = () => this.#call('POST', '/amendment', Case, {});
  case = (id: string) => this.#call('GET', `/cases/${id}`, Case);
  confirm = (id: string, { digest, groups }: NonNullable<Case['comparison']>, decided: Decided) =>
    this.#call('POST', `/cases/${id}/confirmations`, Case, { comparison: digest, groups, ...decided });
  cancel = (id: string) => this.#call('POST', `/cases/${id}/cancel`, Case, {});
  chooseTerm = (id: string, years: number) => this.#call('POST', `/cases/${id}/term`, Case, { years });
  order = (id: string) => this.#call('POST', `/cases/${id}/orders`, SignedOrder, {});
  authority = () => this.#call('GET', '/authority/certificates', AuthorityCertificates);

  /** @throws AssistantError with the server's code, `assistant-no-server` */
  async #call<T>(method: string, path: string, answer: z.ZodType<T>, body?: unknown): Promise<T> {
    const response = await fetch(`${this.origin}/api${path}`, {
      method,
      headers: {
        origin: this.origin,
        cookie: [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; '),
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    }).catch((cause: unknown) => {
      throw new AssistantError('assistant-no-server', {}, cause);
    });
    for (const cookie of response.headers.getSetCookie()) {
      const [name = '', value = ''] = cookie.split(';', 1)[0]?.split('=') ?? [];
      this.#cookies.set(name, value);
    }
    const json: unknown = await response.json().catch(() => undefined);
    if (response.ok) return answer.parse(json);
    const { code, details } = Problem.parse(json);
    throw isErrorCode(code) ? new AssistantError(code, details) : new AssistantError('assistant-no-server');
  }
}

const Problem = z.object({
  code: z.string().catch(''),
  details: z.record(z.string(), z.union([z.string(), z.number()])).catch({}),
});
