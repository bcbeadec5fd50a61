import { randomBytes, randomUUID } from 'node:crypto';

/** A random UUID (RFC 9562 §5.4). Names things; is no secret. */
export function randomId(): string {
  return randomUUID();
}

/** 256 random bits in base64url without padding, 43 characters: for nonces and for secrets that are sent. */
export function randomNonce(): string {
  return randomBytes(32).toString('base64url');
}
