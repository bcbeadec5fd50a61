import { z } from 'zod';
import { AgreementReference, Base64, Id, Instant, Nonce } from '../basics.ts';
import { SignedOrder } from '../order.ts';
import { SignedStatement } from '../statement.ts';
import { RenewalState, WriteStep } from './case.ts';
import { CertificateSummary } from './session.ts';

/** Whether this certificate can be renewed now, and why not. */
export const RenewalOffer = z.strictObject({
  certificate: CertificateSummary,
  /**
   * `payment`: a second or later line is paid for, which this desk does not take online yet.
   * `key-kind`: this desk issues for no such key as the certificate's.
   */
  renewable: z.enum(['now', 'too-early', 'too-late', 'payment', 'key-kind', 'superseded']),
  /** First day of the renewal window. */
  from: Instant,
  /** A signing and an encryption certificate are issued, or the signing certificate alone. */
  twin: z.boolean(),
  /** Open case that changes this line, to go on with or to cancel. */
  openCase: Id.nullable(),
  agreement: z.strictObject({
    ...AgreementReference.shape,
    text: z.strictObject({ zh: z.string(), en: z.string() }),
  }),
});
export type RenewalOffer = z.infer<typeof RenewalOffer>;

/** Opening a case: the agreement that was shown and accepted. */
export const OpenRenewalRequest = z.strictObject({ agreement: AgreementReference });

// ── what the assistant says while it carries out an order ──

/** `attempt`: 256 random bits of the assistant's own; the same attempt asked again gets an answer again. */
export const TakeOrderRequest = z.strictObject({ order: SignedOrder, attempt: Nonce });
export const TakenOrder = z.strictObject({
  /** Bearer token, good for this order alone. */
  token: z.string().max(128),
  state: RenewalState,
});
export const RenewOrderRequest = z.strictObject({ order: SignedOrder });

export const ProgressRequest = z.strictObject({ step: WriteStep });

/** PKCS#10 request signed by the new key, and the old key's statement about it. */
export const CertificateRequest = z.strictObject({ request: Base64, statement: SignedStatement });
/** Certificates are DER in base64, the issuer first in `chain`. */
export const IssuedCertificate = z.strictObject({ certificate: Base64, chain: z.array(Base64) });
/** A renewal's certificates. `envelope` (SM2EnvelopedKey, DER) is for the signing key; null: the key has the pair. */
export const RenewedCertificates = IssuedCertificate.extend({
  twin: z.strictObject({ certificate: Base64, envelope: Base64.nullable() }).nullable(),
});
/** With twins also a secret that the encryption key alone can read: an SM4 key under it, two blocks under that key. */
export const ProofChallenge = z.strictObject({
  nonce: Nonce,
  twin: z.strictObject({ wrappedKey: Base64, data: Base64 }).nullable(),
});
export const ProofRequest = z.strictObject({ statement: SignedStatement });
/** What the assistant may do after a proof: the old certificate is superseded in the same transaction. */
export const ProofAnswer = z.strictObject({ state: RenewalState });
/** Which of the order's leftovers are no longer on the key, by their place in the order's list. */
export const FinishRequest = z.strictObject({ gone: z.array(z.int().min(0).max(7)).max(8) });
export const FinishAnswer = z.strictObject({ state: RenewalState });
