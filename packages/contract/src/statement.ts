import { z } from 'zod';
import { Base64, Digest, Id, Nonce, Origin } from './basics.ts';
import { RenewalOrder } from './order.ts';

/** What a holder's key signs to sign in. The origin makes a signature coaxed out by another site worth nothing. */
export const SignInStatement = z.strictObject({
  origin: Origin,
  order: Id,
  nonce: Nonce,
  certificate: Digest,
});

/** What the old key signs in a renewal: this request, for this case, and what the holder confirmed. */
export const RenewalStatement = z.strictObject({
  origin: Origin,
  order: Id,
  case: Id,
  nonce: Nonce,
  certificate: Digest,
  /** SHA-256 of the PKCS#10 request, DER. */
  request: Digest,
  confirmed: RenewalOrder.shape.confirmed,
});

/** What the new key signs to prove that it holds the new certificate. */
export const ProofStatement = z.strictObject({ origin: Origin, case: Id, nonce: Nonce, certificate: Digest });

/** A statement as it travels: the octets that were signed after the type, and the signature. */
export const SignedStatement = z.strictObject({ payload: Base64, signature: Base64 });

export type SignInStatement = z.infer<typeof SignInStatement>;
export type RenewalStatement = z.infer<typeof RenewalStatement>;
export type ProofStatement = z.infer<typeof ProofStatement>;
export type SignedStatement = z.infer<typeof SignedStatement>;
