import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Clock } from '../platform/clock.ts';
import { DeskError } from '../platform/error.ts';
import { deskCookie } from '../platform/http/cookie.ts';
import { randomNonce } from '../platform/random.ts';
import type { Db } from '../schema/database.ts';
import { type Holder, readSession, type SessionSettings } from './session.ts';

export interface GateOptions {
  readonly db: Db;
  readonly clock: Clock;
  readonly publicOrigin: string;
  readonly session: SessionSettings;
  /** The desk is closed for holders. */
  readonly maintenance: boolean;
}

/** Who stands before the desk: the browser by one cookie, the holder signed in by another. */
export interface Gate {
  /** @throws DeskError `session-ended`, `maintenance` */
  holder(request: FastifyRequest): Promise<Holder>;
  /** The browser's own random cookie: a sign-in ends in the browser that began it. Given where it is missing. */
  browser(request: FastifyRequest, reply: FastifyReply): string;
  /** Undefined: a browser that was never given one. */
  knownBrowser(request: FastifyRequest): string | undefined;
  /** @throws DeskError `maintenance` */
  open(): void;
  signedIn(reply: FastifyReply, cookie: string): void;
  signedOut(reply: FastifyReply): void;
}

export function gate({ db, clock, publicOrigin, session, maintenance }: GateOptions): Gate {
  const browserCookie = deskCookie(publicOrigin, 'browser');
  const sessionCookie = deskCookie(publicOrigin, 'session');
  const open = () => {
    if (maintenance) throw new DeskError('maintenance');
  };
  return {
    open,
    async holder(request) {
      open();
      return readSession(db, sessionCookie.read(request), session, clock());
    },
    browser(request, reply) {
      const known = browserCookie.read(request);
      if (known) return known;
      const fresh = randomNonce();
      browserCookie.set(reply, fresh);
      return fresh;
    },
    knownBrowser: (request) => browserCookie.read(request),
    signedIn: (reply, cookie) => sessionCookie.set(reply, cookie),
    signedOut: (reply) => sessionCookie.clear(reply),
  };
}
