/** What the assistant says while it carries out an order. */
import { z } from 'zod';
import { Base64, Nonce } from '../basics.ts';
import { SignedOrder } from '../order.ts';
import { SignedStatement } from '../statement.ts';
import { CaseState, WriteStep } from './case.ts';

/** `attempt`: 256 random bits of the assistant's own; the same attempt asked again gets an answer again. */
export const TakeOrderRequest = z.strictObject({ order: SignedOrder, attempt: Nonce });
export const TakenOrder = z.strictObject({
  /** Bearer token, good for this order alone. */
  token: z.string().max(128),
  state: CaseState,
});
export const RenewOrderRequest = z.strictObject({ order: SignedOrder });

export const ProgressRequest = z.strictObject({ step: WriteStep });

/** PKCS#10 request signed by the new key, and the old key's statement about it. */
export const CertificateRequest = z.strictObject({ request: Base64, statement: SignedStatement });
/** Certificates are DER in base64, the issuer first in `chain`. */
export const IssuedCertificate = z.strictObject({ certificate: Base64, chain: z.array(Base64) });
/** The certificates of a case. `envelope` (SM2EnvelopedKey, DER) is for the signing key; null: the key has the pair. */
export const ReissuedCertificates = IssuedCertificate.extend({
  twin: z.strictObject({ certificate: Base64, envelope: Base64.nullable() }).nullable(),
});
/** With twins also a secret that the encryption key alone can read: an SM4 key under it, two blocks under that key. */
export const ProofChallenge = z.strictObject({
  nonce: Nonce,
  twin: z.strictObject({ wrappedKey: Base64, data: Base64 }).nullable(),
});
export const ProofRequest = z.strictObject({ statement: SignedStatement });
/** What the assistant may do after a proof: the old certificate is superseded in the same transaction. */
export const ProofAnswer = z.strictObject({ state: CaseState });
/** Which of the order's leftovers are no longer on the key, by their place in the order's list. */
export const FinishRequest = z.strictObject({ gone: z.array(z.int().min(0).max(7)).max(8) });
export const FinishAnswer = z.strictObject({ state: CaseState });
