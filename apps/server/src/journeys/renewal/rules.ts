/** Renewal's decisions, without I/O: when, which terms, until when. */
import { addMonths } from '@certdesk/pki';

export interface RenewalSettings {
  /** Renewal opens so many months before expiry. */
  readonly windowMonths: number;
  /** … and stays open so many months after it. */
  readonly lateMonths: number;
  /** Terms on offer, in years. */
  readonly terms: readonly number[];
}

export type Timing = {
  readonly renewable: 'now' | 'too-early' | 'too-late';
  readonly from: Date;
  readonly until: Date;
};

/** Whether a certificate with this end of validity may be renewed now. Both ends of the window are inside it. */
export function renewalTiming(notAfter: Date, now: Date, settings: RenewalSettings): Timing {
  const from = addMonths(notAfter, -settings.windowMonths);
  const until = addMonths(notAfter, settings.lateMonths);
  const renewable = now < from ? 'too-early' : now > until ? 'too-late' : 'now';
  return { renewable, from, until };
}

/** The term follows the old end of validity, or today if that has passed; no term outlives the issuing CA. */
export function newNotAfter(oldNotAfter: Date, years: number, now: Date, authorityEnd: Date): Date {
  const begin = oldNotAfter > now ? oldNotAfter : now;
  const end = addMonths(begin, 12 * years);
  end.setUTCMilliseconds(0);
  return end < authorityEnd ? end : authorityEnd;
}

export function termsOnOffer(oldNotAfter: Date, now: Date, authorityEnd: Date, settings: RenewalSettings) {
  return settings.terms
    .map((years) => ({ years, notAfter: newNotAfter(oldNotAfter, years, now, authorityEnd) }))
    .filter((term, at, terms) => {
      // Beside the issuing CA's end several terms would give the same date: offer the shortest of them alone.
      const before = terms[at - 1];
      return term.notAfter > now && (before === undefined || term.notAfter > before.notAfter);
    });
}
