import {
  type Certificate,
  type CertificateRevocationList,
  type CrlFailure,
  checkAgainstCrl,
} from '@certdesk/pki';
import type { ReportedRevocation } from './report.ts';

interface Lists {
  readonly crls: readonly CertificateRevocationList[];
  /** Whose key signed the certificate, where its certificate is at hand. */
  readonly issuer: Certificate | undefined;
  readonly now: Date;
}

const UNKNOWN = {
  state: 'unknown',
  revokedAt: null,
  reason: null,
  thisUpdate: null,
  nextUpdate: null,
  verified: false,
  why: 'no-list',
} satisfies ReportedRevocation;

/** Why a list proves nothing good, and is a reason for doubt all the same where it names the certificate. */
const stillSays: readonly CrlFailure[] = ['outdated', 'not-understood', 'not-complete', 'issuer-may-not'];

/** What the lists at hand say of a certificate. One that names it counts although it is out of date or not verified, and says so. */
export function revocationOf(certificate: Certificate, { crls, issuer, now }: Lists): ReportedRevocation {
  const about = crls.filter((crl) => crl.issuer.equals(certificate.issuer));
  if (about.length === 0) return crls.length === 0 ? UNKNOWN : { ...UNKNOWN, why: 'other-issuer' };
  const latest = about.toSorted((a, b) => b.thisUpdate.getTime() - a.thisUpdate.getTime());
  const complete = latest.find(({ baseNumber }) => baseNumber === undefined);
  const delta = latest.find(({ baseNumber }) => baseNumber !== undefined);
  const crl = complete ?? delta;
  if (!crl) return UNKNOWN;
  const made = {
    thisUpdate: crl.thisUpdate.toISOString(),
    nextUpdate: crl.nextUpdate?.toISOString() ?? null,
  };
  const result =
    issuer &&
    checkAgainstCrl(certificate, { issuer, crl, at: now, ...(delta !== crl && delta && { delta }) });
  if (result?.status === 'good') return { ...UNKNOWN, ...made, state: 'good', verified: true, why: null };
  const entry = result?.status === 'revoked' ? result.entry : crl.revoked.get(certificate.serialNumber);
  const verified = issuer !== undefined && crl.verifiedBy(issuer);
  const counts = result?.status !== 'unproved' || stillSays.includes(result.reason);
  if (entry && counts)
    return {
      ...made,
      state: 'revoked',
      revokedAt: entry.revocationDate.toISOString(),
      reason: entry.reason ?? null,
      verified,
      why: null,
    };
  const why = result?.status === 'unproved' ? result.reason : 'issuer-absent';
  return { ...UNKNOWN, ...made, verified, why };
}
