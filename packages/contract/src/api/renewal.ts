import { z } from 'zod';
import { AgreementReference, Id, Instant } from '../basics.ts';
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
