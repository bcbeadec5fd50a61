/**
 * What `certdesk cert show` says of a file, as data: the shape that `--json` prints and docs/cert-show.md promises.
 * Fields may be added; none changes its meaning without another `format`.
 */
import type { CertificateRole, CrlFailure, KeyDescription, SignatureState } from '@certdesk/pki';

export interface Report {
  readonly format: 1;
  /** RFC 3339, UTC, as all times here. */
  readonly checkedAt: string;
  readonly file: { readonly name: string; readonly form: 'pem' | 'der' | 'base64' };
  readonly objects: readonly ReportedObject[];
  /**
   * Chains among the certificates, each from a certificate that issued no other here, by places in `objects` from 0.
   * `complete`: it ends in a certificate that signed itself. `holds`: every signature in it does.
   */
  readonly chains: readonly Chain[];
  /** Unusual about the file as a whole. */
  readonly unusual: readonly ReportedRemark[];
}

export interface Chain {
  readonly places: readonly number[];
  readonly complete: boolean;
  readonly holds: boolean;
}

export type ReportedObject = ReportedCertificate | ReportedRequest | ReportedCrl | ReportedOther;

export interface ReportedName {
  /** RFC 4514: most specific attribute first. */
  readonly text: string;
  /** In the certificate's order. `type` is a short name (`CN`) or a dotted identifier. */
  readonly attributes: readonly { readonly type: string; readonly value: string }[];
}

export interface ReportedWords {
  readonly zh: string;
  readonly en: string;
}

export interface ReportedRemark extends ReportedWords {
  readonly code: string;
  readonly details: Readonly<Record<string, string | number>>;
}

export interface ReportedExtension {
  readonly oid: string;
  readonly critical: boolean;
  /** Content of extnValue in hex. */
  readonly value: string;
}

export interface ReportedNumber {
  /** As the configuration's `identityNumberOids` names it. */
  readonly kind: string;
  readonly value: string;
  /** `null`: nothing is known here to check such a number by. */
  readonly checkDigit: 'fits' | 'differs' | null;
  /** Six digits (GB/T 2260); `null`: it names none. */
  readonly division: string | null;
  /** Of a unified code: whose register it is from, and what kind of entity it is for. */
  readonly registered: { readonly by: ReportedWords; readonly kind: ReportedWords | null } | null;
}

/** Usages by RFC 5280's names; `null`: the extension is not there. */
interface Usages {
  readonly keyUsage: readonly string[] | null;
  readonly extendedKeyUsage: readonly string[] | null;
  readonly role: CertificateRole;
}

export interface ReportedCertificate extends Usages {
  readonly type: 'certificate';
  readonly version: number;
  /** Lower-case hex. */
  readonly serialNumber: string;
  readonly subject: ReportedName;
  readonly issuer: ReportedName;
  readonly identityNumbers: readonly ReportedNumber[];
  readonly validity: {
    readonly notBefore: string;
    readonly notAfter: string;
    readonly state: 'valid' | 'expired' | 'not-yet-valid';
    /** Whole days until the end; negative after it. */
    readonly daysLeft: number;
  };
  readonly key: KeyDescription;
  readonly signature: {
    readonly oid: string;
    readonly algorithm: string;
    readonly selfSigned: boolean;
    /** Place of the issuer's certificate in `objects`; `null`: it is not in the file. */
    readonly issuerPlace: number | null;
    /** `null` without the issuer's certificate. */
    readonly state: SignatureState | null;
  };
  /** By the revocation lists at hand: those of `--crl`, and those in the file. */
  readonly revocation: ReportedRevocation;
  readonly authority: { readonly pathLength: number | null } | null;
  readonly subjectAltNames: readonly { readonly kind: string; readonly value: string }[];
  readonly policies: readonly { readonly oid: string; readonly cps: string | null }[];
  readonly ocsp: readonly string[];
  readonly caIssuers: readonly string[];
  readonly crls: readonly string[];
  /** Hex, or `null`. */
  readonly subjectKeyIdentifier: string | null;
  readonly authorityKeyIdentifier: string | null;
  readonly fingerprints: { readonly sha256: string; readonly sm3: string; readonly sha1: string };
  /** SHA-256 of the public key (SubjectPublicKeyInfo): how certdesk names a key pair. */
  readonly publicKeySha256: string;
  readonly extensions: readonly ReportedExtension[];
  readonly unusual: readonly ReportedRemark[];
}

export interface ReportedRevocation {
  /** `good`: a current list, signed by the issuer whose certificate is in the file, does not name it. */
  readonly state: 'good' | 'revoked' | 'unknown';
  readonly revokedAt: string | null;
  /** RFC 5280's name. */
  readonly reason: string | null;
  /** When the list was made that says so. */
  readonly thisUpdate: string | null;
  readonly nextUpdate: string | null;
  /** Whether the issuer's key signed that list. */
  readonly verified: boolean;
  /** Why nothing is known: `no-list`, `issuer-absent` (so that no list could be verified), or why a list proves nothing. */
  readonly why: CrlFailure | 'no-list' | 'issuer-absent' | null;
}

export interface ReportedRequest extends Usages {
  readonly type: 'request';
  readonly subject: ReportedName;
  readonly identityNumbers: readonly ReportedNumber[];
  readonly key: KeyDescription;
  readonly signature: { readonly oid: string; readonly algorithm: string; readonly state: SignatureState };
  readonly subjectAltNames: readonly { readonly kind: string; readonly value: string }[];
  readonly publicKeySha256: string;
  /** Extensions asked for. */
  readonly extensions: readonly ReportedExtension[];
  readonly unusual: readonly ReportedRemark[];
}

export interface ReportedCrl {
  readonly type: 'crl';
  readonly version: number;
  readonly issuer: ReportedName;
  readonly thisUpdate: string;
  readonly nextUpdate: string | null;
  readonly state: 'current' | 'outdated' | 'not-yet';
  /** Decimal. */
  readonly number: string | null;
  /** Number of the complete list that a delta list adds to. */
  readonly baseNumber: string | null;
  readonly signature: {
    readonly oid: string;
    readonly algorithm: string;
    readonly issuerPlace: number | null;
    readonly state: SignatureState | null;
  };
  readonly revoked: readonly {
    readonly serialNumber: string;
    readonly revokedAt: string;
    readonly reason: string | null;
  }[];
  readonly sha256: string;
  readonly unusual: readonly ReportedRemark[];
}

/** What is not shown: it is something else, or it cannot be read. */
export interface ReportedOther {
  readonly type: 'other';
  readonly what: 'public-key' | 'private-key' | 'pkcs12' | 'signed-message' | 'unknown' | 'unreadable';
  /** For the technician, in English; of what could not be read. */
  readonly reason: string | null;
  readonly key: KeyDescription | null;
  readonly unusual: readonly ReportedRemark[];
}
