import type { KeyAlgorithm } from '../algorithms.ts';
import type { AuthorityInfoAccess } from '../certificate/extensions/authority-info-access.ts';
import type { BasicConstraints } from '../certificate/extensions/basic-constraints.ts';
import type { CertificatePolicy } from '../certificate/extensions/certificate-policies.ts';
import type { KeyUsage } from '../certificate/extensions/key-usage.ts';
import type { IdentityNumberOid } from '../identity-number.ts';

/** What a subject must and may hold, for one attribute type. Types without a rule may not stand in the subject. */
export interface SubjectRule {
  /** Short name (`CN`, `O`, …) or dotted identifier. */
  readonly type: string;
  readonly required: boolean;
  /** The only value allowed. */
  readonly value?: string;
  /** In characters; default 64, X.520's bound for most. */
  readonly maxLength: number;
}

/** One kind of certificate that a CA issues: pure data, from configuration by way of `parseProfile`. */
export interface CertificateProfile {
  /** Lower-case letters, digits and hyphens. */
  readonly name: string;
  /** Name of the series of issuing CAs that issues by it; undefined: the issuing side decides. */
  readonly issuedBy?: string;
  readonly keyAlgorithms: readonly KeyAlgorithm[];
  readonly subject: readonly SubjectRule[];
  readonly keyUsage: readonly KeyUsage[];
  /** Names such as `clientAuth`, or dotted identifiers. */
  readonly extendedKeyUsage: readonly string[];
  readonly policies: readonly CertificatePolicy[];
  readonly basicConstraints: BasicConstraints;
  readonly aia: AuthorityInfoAccess;
  readonly crlDistributionPoints: readonly string[];
  readonly identityNumbers: {
    /** Kinds that may stand in the certificate, in the order they are written. */
    readonly kinds: readonly string[];
    readonly oids: readonly IdentityNumberOid[];
  };
  readonly validity: {
    /** Terms offered, in months. */
    readonly terms: readonly number[];
    /** Longest validity from the moment of issuing, in months: a term plus what was left of the old one. */
    readonly maxMonths: number;
    /** How long before issuing a certificate begins, for clocks that are slow. */
    readonly backdateMinutes: number;
  };
  /** A superseded certificate is revoked as such after so many days, 0 at once; null: it is left to run out. */
  readonly revokeSupersededAfterDays: number | null;
  /** Whether an encryption certificate comes with it. */
  readonly twin: 'none' | TwinRule;
  /** Where a key has no room for a second pair: the pair that is there may get a new certificate. */
  readonly recertify: boolean;
}

/** What a signing profile asks for beside its certificate: an encryption certificate for a pair that the CA's side makes. */
export interface TwinRule {
  /** Name of the encryption certificate's profile. */
  readonly encryption: string;
  /** How many former containers stay on the key with their encryption keys, so that old documents open; the newest ones. */
  readonly keepContainers: number;
}
