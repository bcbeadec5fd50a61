import { z } from 'zod';
import { Base64, Digest, Id, Nonce, Origin } from './basics.ts';
import { AmendmentOrder, RenewalOrder } from './order.ts';
import { signedOctets, signedTypes } from './signed.ts';

/** What a holder's key signs to sign in. The origin makes a signature coaxed out by another site worth nothing. */
export const SignInStatement = z.strictObject({
  origin: Origin,
  order: Id,
  nonce: Nonce,
  certificate: Digest,
});

/** What a key signs about a request for a certificate, whatever it is for. */
const requested = {
  origin: Origin,
  order: Id,
  case: Id,
  nonce: Nonce,
  certificate: Digest,
  /** SHA-256 of the PKCS#10 request, DER. */
  request: Digest,
};

/** What the old key signs in a renewal: this request, for this case, and what the holder confirmed. */
export const RenewalStatement = z.strictObject({
  ...requested,
  /** Whether the request is for a new pair, or for the old key's own pair, which then gets the new certificate. */
  pair: z.enum(['new', 'present']),
  confirmed: RenewalOrder.shape.confirmed,
});

/** What the key signs in an amendment: its own request, for this case, and what the holder confirmed. */
export const AmendmentStatement = z.strictObject({
  ...requested,
  confirmed: AmendmentOrder.shape.confirmed,
});

/** What the new key signs to prove that it holds the new certificate, and its encryption twin where there is one. */
export const ProofStatement = z.strictObject({
  origin: Origin,
  case: Id,
  nonce: Nonce,
  certificate: Digest,
  twin: z
    .strictObject({
      certificate: Digest,
      /** HMAC-SM3 of `encryptionProofOctets` under the secret that the encryption key read, lower-case hex. */
      check: Digest,
    })
    .nullable(),
});

/** What the check value of an encryption key is made over; what it is made with, only that key can read. */
export function encryptionProofOctets(about: {
  readonly case: string;
  readonly nonce: string;
  /** Digest of the encryption certificate. */
  readonly certificate: string;
}): Uint8Array {
  const { case: id, nonce, certificate } = about;
  const payload = new TextEncoder().encode(JSON.stringify([id, nonce, certificate]));
  return signedOctets(signedTypes.encryptionProof, payload);
}

/** A statement as it travels: the octets that were signed after the type, and the signature. */
export const SignedStatement = z.strictObject({ payload: Base64, signature: Base64 });

export type SignInStatement = z.infer<typeof SignInStatement>;
export type RenewalStatement = z.infer<typeof RenewalStatement>;
export type AmendmentStatement = z.infer<typeof AmendmentStatement>;
export type ProofStatement = z.infer<typeof ProofStatement>;
export type SignedStatement = z.infer<typeof SignedStatement>;
