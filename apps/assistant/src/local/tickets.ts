import { createHash, randomBytes } from 'node:crypto';

const lifetimeMs = 60_000;
const hash = (ticket: string) => createHash('sha256').update(ticket).digest('hex');

/** One-time tickets for the own window: they stand in an address, so each is good once and for a minute. */
export class Tickets {
  readonly #now: () => number;
  readonly #until = new Map<string, number>();

  constructor(now: () => number) {
    this.#now = now;
  }

  make(): string {
    const now = this.#now();
    for (const [ticket, until] of this.#until) if (until < now) this.#until.delete(ticket);
    const ticket = randomBytes(32).toString('base64url');
    this.#until.set(hash(ticket), now + lifetimeMs);
    return ticket;
  }

  use(ticket: string): boolean {
    const until = this.#until.get(hash(ticket));
    this.#until.delete(hash(ticket));
    return until !== undefined && until >= this.#now();
  }
}
