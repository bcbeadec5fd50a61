/** What a CRL, and a delta CRL to it, say of a certificate: RFC 5280 §6.3. */
import type { Certificate } from '../certificate/certificate.ts';
import { keyIdentifierOf } from '../certificate/extensions/key-identifiers.ts';
import { PkiError } from '../errors.ts';
import type { RevokedCertificate } from './build.ts';
import type { CertificateRevocationList } from './crl.ts';

export type CrlFailure =
  | 'other-issuer'
  | 'crl-signature'
  | 'issuer-may-not'
  | 'not-yet'
  | 'outdated'
  | 'not-about-it'
  | 'not-understood'
  | 'not-complete'
  | 'delta-of-other';

export type CrlResult =
  | { readonly status: 'good' }
  | { readonly status: 'revoked'; readonly entry: RevokedCertificate }
  /** The CRL proves nothing of this certificate. */
  | { readonly status: 'unproved'; readonly reason: CrlFailure };

export interface CrlCheck {
  /** Whose key signed the certificate and the CRL; believed already. */
  readonly issuer: Certificate;
  readonly crl: CertificateRevocationList;
  readonly delta?: CertificateRevocationList;
  readonly at: Date;
}

/**
 * Looks a certificate up. Indirect CRLs, and those of some reasons only, are not followed: they prove nothing here.
 */
export function checkAgainstCrl(certificate: Certificate, check: CrlCheck): CrlResult {
  const { issuer, crl, delta, at } = check;
  const reason =
    failureOf(certificate, crl, issuer, at) ??
    (crl.baseNumber !== undefined ? 'not-complete' : undefined) ??
    (delta && (failureOf(certificate, delta, issuer, at) ?? misfit(crl, delta)));
  if (reason) return { status: 'unproved', reason };
  const changed = delta?.revoked.get(certificate.serialNumber);
  if (changed?.reason === 'removeFromCRL') return { status: 'good' };
  const entry = changed ?? crl.revoked.get(certificate.serialNumber);
  return entry ? { status: 'revoked', entry } : { status: 'good' };
}

function failureOf(
  certificate: Certificate,
  crl: CertificateRevocationList,
  issuer: Certificate,
  at: Date,
): CrlFailure | undefined {
  if (!crl.issuer.equals(certificate.issuer) || !crl.issuer.equals(issuer.subject)) return 'other-issuer';
  if (crl.authorityKeyIdentifier && !sameKey(crl.authorityKeyIdentifier, issuer)) return 'other-issuer';
  if (!crl.verifiedBy(issuer)) return 'crl-signature';
  if (issuer.keyUsage && !issuer.keyUsage.includes('cRLSign')) return 'issuer-may-not';
  if (crl.notUnderstood.length > 0) return 'not-understood';
  if (crl.thisUpdate > at) return 'not-yet';
  // Without a next update nobody knows when it is out of date.
  if (!crl.nextUpdate || crl.nextUpdate <= at) return 'outdated';
  return isAbout(certificate, crl) ? undefined : 'not-about-it';
}

function sameKey(identifier: Uint8Array, issuer: Certificate): boolean {
  try {
    const own = issuer.subjectKeyIdentifier ?? keyIdentifierOf(issuer.publicKey);
    return Buffer.compare(identifier, own) === 0;
  } catch (error) {
    if (error instanceof PkiError) return false;
    throw error;
  }
}

function isAbout(
  certificate: Certificate,
  { issuingDistributionPoint: point }: CertificateRevocationList,
): boolean {
  if (!point) return true;
  const ca = certificate.basicConstraints?.ca ?? false;
  if (point.indirect || point.onlySomeReasons || point.onlyAttributeCertificates) return false;
  if ((point.onlyUserCertificates && ca) || (point.onlyCaCertificates && !ca)) return false;
  const { uris } = point;
  return uris.length === 0 || certificate.crlDistributionPoints.some((uri) => uris.includes(uri));
}

function misfit(crl: CertificateRevocationList, delta: CertificateRevocationList): CrlFailure | undefined {
  const { number } = crl;
  if (number === undefined || delta.baseNumber === undefined || delta.number === undefined)
    return 'delta-of-other';
  // §5.2.4: the complete one is at least the base, and not after the delta.
  return delta.baseNumber <= number && number <= delta.number ? undefined : 'delta-of-other';
}
