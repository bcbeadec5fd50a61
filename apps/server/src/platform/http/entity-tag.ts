import { createHash } from 'node:crypto';
import type { FastifyRequest } from 'fastify';

/** A strong entity tag (RFC 9110 §8.8.3): the same for the same octets. */
export function entityTag(content: string | Uint8Array): string {
  return `"${createHash('sha256').update(content).digest('hex').slice(0, 32)}"`;
}

/**
 * Whether whoever asks has it already (RFC 9110 §13.1.2).
 * @returns undefined: the request names no tags
 */
export function namesTag({ headers }: Pick<FastifyRequest, 'headers'>, etag: string): boolean | undefined {
  return headers['if-none-match']
    ?.split(',')
    .some((tag) => ['*', etag].includes(tag.trim().replace(/^W\//, '')));
}
