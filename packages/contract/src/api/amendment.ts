import { z } from 'zod';
import { Id, Instant } from '../basics.ts';
import { CertificateSummary } from './session.ts';

/** Whether identity numbers can be added to this certificate now, and why not. */
export const AmendmentOffer = z.strictObject({
  certificate: CertificateSummary,
  /**
   * `near-end`, `expired`: renewal is the way, and takes the numbers along.
   * `key-kind`: this desk issues for no such key as the certificate's.
   */
  amendable: z.enum(['now', 'not-yet-valid', 'near-end', 'expired', 'key-kind', 'superseded']),
  /** Last moment at which a case can be opened. */
  until: Instant,
  /** A signing and an encryption certificate are issued, or the signing certificate alone. */
  twin: z.boolean(),
  /** Open case that changes this line, to go on with or to cancel. */
  openCase: Id.nullable(),
});
export type AmendmentOffer = z.infer<typeof AmendmentOffer>;
