/** What certificates are amended to, and that whoever is too near the end of one can renew it. */
import type { CertificateProfile } from '@certdesk/pki';
import { DeskError } from '../../platform/error.ts';
import { type ReissueKinds, readKinds } from '../../reissue/kinds.ts';

export interface AmendmentTerms {
  readonly profiles?: Readonly<Record<string, string>> | undefined;
  readonly lastDays: number;
}

/**
 * @param renewal its profiles hold where `amendment` names none
 * @throws DeskError `configuration-invalid`: as `readKinds`, and where amending ends before renewing begins
 */
export function readAmendmentKinds(
  { profiles: configured, lastDays }: AmendmentTerms,
  renewal: {
    readonly profiles?: Readonly<Record<string, string>> | undefined;
    readonly windowMonths: number;
  },
  profiles: ReadonlyMap<string, CertificateProfile>,
): ReissueKinds {
  // No month is shorter: whoever is sent on to renewal finds it open.
  if (lastDays > renewal.windowMonths * 28)
    throw new DeskError('configuration-invalid', {
      where: `amendment.lastDays: renewal.windowMonths is ${renewal.windowMonths}, and renewal has to be open by then`,
    });
  return readKinds(configured ?? renewal.profiles, profiles, 'amendment.profiles');
}
