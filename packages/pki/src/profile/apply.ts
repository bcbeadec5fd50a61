import { checkPublicKey, type KeyAlgorithm } from '../algorithms.ts';
import type { Certificate } from '../certificate/certificate.ts';
import { authorityInfoAccess } from '../certificate/extensions/authority-info-access.ts';
import { basicConstraints } from '../certificate/extensions/basic-constraints.ts';
import { certificatePolicies } from '../certificate/extensions/certificate-policies.ts';
import { crlDistributionPoints } from '../certificate/extensions/crl-distribution-points.ts';
import { extendedKeyUsage } from '../certificate/extensions/extended-key-usage.ts';
import type { Extension } from '../certificate/extensions/extension.ts';
import {
  authorityKeyIdentifier,
  keyIdentifierOf,
  subjectKeyIdentifier,
} from '../certificate/extensions/key-identifiers.ts';
import { keyUsage } from '../certificate/extensions/key-usage.ts';
import { PkiError } from '../errors.ts';
import { type IdentityNumber, identityNumberExtension } from '../identity-number.ts';
import type { Name } from '../name.ts';
import type { CertificateProfile } from './profile.ts';

/** What differs from one certificate of a profile to the next. */
export interface ProfileInput {
  readonly subject: Name;
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Uint8Array;
  readonly identityNumbers?: readonly IdentityNumber[];
}

/**
 * The extensions of a certificate by its profile, in the order of real certificates: AKI, SKI, key usage, extended key
 * usage, policies, basic constraints, AIA, CRL distribution points, identity numbers in the profile's order.
 * @param issuer the issuing CA's certificate; undefined for a certificate that signs itself
 * @throws PkiError `profile-violation` when subject, key or numbers are not what the profile allows;
 *   `bad-identity-number`, `unsupported-key`, `malformed-key`, DerError
 */
export function applyProfile(
  profile: CertificateProfile,
  input: ProfileInput & { readonly issuer: Certificate | undefined },
): Extension[] {
  return prepareProfile(profile, input.issuer)(input);
}

/**
 * As `applyProfile`, with all that is the same in every certificate encoded once: for those who issue many.
 * @returns a function that throws what `applyProfile` throws
 */
export function prepareProfile(
  profile: CertificateProfile,
  issuer: Certificate | undefined,
): (input: ProfileInput) => Extension[] {
  const issuerKey = issuer && (issuer.subjectKeyIdentifier ?? keyIdentifierOf(issuer.publicKey));
  const aki = issuerKey && authorityKeyIdentifier(issuerKey);
  const fixed = staticExtensions(profile);
  return ({ subject, publicKey, identityNumbers = [] }) => {
    checkSubject(profile, subject);
    checkKey(profile, checkPublicKey(publicKey));
    const own = keyIdentifierOf(publicKey);
    const numbers = numberExtensions(profile, identityNumbers);
    return [aki ?? authorityKeyIdentifier(own), subjectKeyIdentifier(own), ...fixed, ...numbers];
  };
}

function staticExtensions(profile: CertificateProfile): Extension[] {
  const { aia } = profile;
  return [
    keyUsage(profile.keyUsage),
    ...(profile.extendedKeyUsage.length > 0 ? [extendedKeyUsage(profile.extendedKeyUsage)] : []),
    ...(profile.policies.length > 0 ? [certificatePolicies(profile.policies)] : []),
    basicConstraints(profile.basicConstraints),
    ...(aia.ocsp.length + aia.caIssuers.length > 0 ? [authorityInfoAccess(aia)] : []),
    ...(profile.crlDistributionPoints.length > 0
      ? [crlDistributionPoints(profile.crlDistributionPoints)]
      : []),
  ];
}

/**
 * Compares a subject with the profile's rules.
 * @throws PkiError `profile-violation`
 */
export function checkSubject(profile: CertificateProfile, subject: Name): void {
  const attributes = subject.attributes;
  for (const { type, value } of attributes) {
    const rule = profile.subject.find((each) => each.type === type);
    if (!rule) violate(profile, `the subject may not hold ${type}`);
    if (rule.value !== undefined && rule.value !== value)
      violate(profile, `the subject's ${type} must be ${rule.value}`);
    if ([...value].length > rule.maxLength)
      violate(profile, `the subject's ${type} is over ${rule.maxLength} characters`);
  }
  for (const { type, required } of profile.subject) {
    if (required && !attributes.some((each) => each.type === type))
      violate(profile, `the subject lacks ${type}`);
  }
}

function checkKey(profile: CertificateProfile, algorithm: KeyAlgorithm): void {
  if (!profile.keyAlgorithms.includes(algorithm)) violate(profile, `${algorithm} keys are not allowed`);
}

function numberExtensions(profile: CertificateProfile, numbers: readonly IdentityNumber[]): Extension[] {
  const { kinds, oids } = profile.identityNumbers;
  for (const [index, { kind }] of numbers.entries()) {
    if (!kinds.includes(kind)) violate(profile, `${kind} may not stand in the certificate`);
    if (numbers.findIndex((each) => each.kind === kind) !== index) violate(profile, `${kind} is given twice`);
  }
  return kinds.flatMap((kind) => {
    const number = numbers.find((each) => each.kind === kind);
    return number ? [identityNumberExtension(number, oids)] : [];
  });
}

function violate(profile: CertificateProfile, message: string): never {
  throw new PkiError('profile-violation', `profile ${profile.name}: ${message}`);
}
