import {
  AuthorityCertificates,
  Case,
  isErrorCode,
  RenewalOffer,
  Session,
  SignedOrder,
  type SignedStatement,
} from '@certdesk/contract';
import { z } from 'zod';
import { AssistantError } from '../errors.ts';

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
  case = (id: string) => this.#call('GET', `/cases/${id}`, Case);
  askRegister = (id: string) => this.#call('POST', `/cases/${id}/registry`, Case, {});
  /** @param added kinds of number that come into the certificate; what else is on offer is left out */
  confirm = (
    id: string,
    { digest, groups, rows }: NonNullable<Case['comparison']>,
    added: readonly string[] = [],
  ) =>
    this.#call('POST', `/cases/${id}/confirmations`, Case, {
      comparison: digest,
      groups,
      added,
      declined: rows.flatMap(({ kind, offer }) => (offer === 'open' && !added.includes(kind) ? [kind] : [])),
    });
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
