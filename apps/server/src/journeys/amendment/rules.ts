/** Amendment's decisions, without I/O: when, and how the register's answer is taken. */
import type { AmendmentOffer, Comparison } from '@certdesk/contract';
import { openOffers } from '../../registry/compare.ts';

export interface AmendmentSettings {
  /** Numbers are added until so many days before the certificate's end. */
  readonly lastDays: number;
}

export interface Timing {
  readonly amendable: Extract<AmendmentOffer['amendable'], 'now' | 'not-yet-valid' | 'near-end' | 'expired'>;
  /** Last moment at which a case can be opened. */
  readonly until: Date;
}

/** Whether numbers may be added to a certificate with this validity now. Both ends are inside. */
export function amendmentTiming(
  validity: { readonly notBefore: Date; readonly notAfter: Date },
  now: Date,
  { lastDays }: AmendmentSettings,
): Timing {
  const until = new Date(validity.notAfter.getTime() - lastDays * 86_400_000);
  if (now < validity.notBefore) return { amendable: 'not-yet-valid', until };
  if (now > validity.notAfter) return { amendable: 'expired', until };
  return { amendable: now > until ? 'near-end' : 'now', until };
}

/** What an answer of the register does to a case. */
export function eventFor({
  comparison,
  referral,
}: {
  readonly comparison: Comparison;
  readonly referral: string | null;
}): 'register-refused' | 'register-matched' | 'nothing-found' {
  if (referral !== null) return 'register-refused';
  return openOffers(comparison.rows).length > 0 ? 'register-matched' : 'nothing-found';
}
