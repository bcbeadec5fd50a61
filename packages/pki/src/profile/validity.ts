import type { Certificate } from '../certificate/certificate.ts';
import { PkiError } from '../errors.ts';
import type { CertificateProfile } from './profile.ts';

export interface Validity {
  readonly notBefore: Date;
  readonly notAfter: Date;
}

/**
 * Validity of a certificate that is issued at a moment: begins the profile's minutes earlier (never before the
 * issuer's own begin) and must end within the profile's limit and the issuer's own validity. Whole seconds.
 * @throws PkiError `profile-violation`
 */
export function validityFor(
  profile: CertificateProfile,
  { issuedAt, notAfter, issuer }: { issuedAt: Date; notAfter: Date; issuer: Certificate | undefined },
): Validity {
  const begin = Math.max(
    issuedAt.getTime() - profile.validity.backdateMinutes * 60_000,
    issuer?.notBefore.getTime() ?? -Infinity,
  );
  const end = wholeSeconds(notAfter.getTime());
  const fail = (message: string): never => {
    throw new PkiError('profile-violation', `profile ${profile.name}: the validity ${message}`);
  };
  if (!(end > issuedAt)) fail('ends before it begins');
  if (end > addMonths(issuedAt, profile.validity.maxMonths))
    fail(`exceeds ${profile.validity.maxMonths} months`);
  if (issuer && end > issuer.notAfter) fail('outlives the issuing CA');
  return { notBefore: wholeSeconds(begin), notAfter: end };
}

function wholeSeconds(milliseconds: number): Date {
  return new Date(Math.floor(milliseconds / 1000) * 1000);
}

/** The same day and time so many months later, or that month's last day where it has no such day (UTC). */
export function addMonths(from: Date, months: number): Date {
  const later = new Date(from);
  later.setUTCMonth(from.getUTCMonth() + months);
  if (later.getUTCDate() !== from.getUTCDate()) later.setUTCDate(0);
  return later;
}
