/** What certificates are renewed to, and that the terms on offer have room there. */
import type { CertificateProfile } from '@certdesk/pki';
import { DeskError } from '../../platform/error.ts';
import { type ReissueKinds, readKinds } from '../../reissue/kinds.ts';

/** What of `renewal` the profiles have to allow. */
export interface RenewalTerms {
  readonly profiles?: Readonly<Record<string, string>> | undefined;
  /** In years. */
  readonly terms: readonly number[];
  readonly windowMonths: number;
}

/** @throws DeskError `configuration-invalid`: as `readKinds`, and where a profile has no room for the terms on offer */
export function readRenewalKinds(
  { profiles: configured, terms, windowMonths }: RenewalTerms,
  profiles: ReadonlyMap<string, CertificateProfile>,
): ReissueKinds {
  const kinds = readKinds(configured, profiles, 'renewal.profiles');
  // A term follows what is left of the old certificate, which is the whole window at most.
  const longest = 12 * Math.max(...terms) + windowMonths;
  for (const { name, validity } of kinds.values()) {
    if (longest > validity.maxMonths) {
      throw new DeskError('configuration-invalid', {
        where: `renewal.terms: with the ${windowMonths} months before expiry the longest is ${longest} months; ${name} allows ${validity.maxMonths} (validity.maxMonths)`,
      });
    }
  }
  return kinds;
}
