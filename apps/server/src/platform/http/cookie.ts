import type { CookieSerializeOptions } from '@fastify/cookie';
import type { FastifyReply, FastifyRequest } from 'fastify';

export interface Cookie {
  /** As browsers know it. */
  readonly name: string;
  read(request: FastifyRequest): string | undefined;
  /** @param seconds how long the browser keeps it; without it until the browser is closed */
  set(reply: FastifyReply, value: string, seconds?: number): void;
  clear(reply: FastifyReply): void;
}

/**
 * A cookie that no script reads and no other site makes a browser send. `Strict` is enough: the pages hold nothing of
 * their own and ask the API from our own origin. Over https the name begins with `__Host-` (RFC 6265bis §4.1.3.2), so
 * that no sister domain can plant one.
 */
export function deskCookie(publicOrigin: string, name: string): Cookie {
  const secure = publicOrigin.startsWith('https:');
  const full = secure ? `__Host-${name}` : name;
  const options: CookieSerializeOptions = { path: '/', httpOnly: true, sameSite: 'strict', secure };
  return {
    name: full,
    read: (request) => request.cookies[full],
    set(reply, value, seconds) {
      reply.setCookie(full, value, seconds === undefined ? options : { ...options, maxAge: seconds });
    },
    clear(reply) {
      reply.clearCookie(full, options);
    },
  };
}
