import { type AuthorityInfoAccess, readAuthorityInfoAccess } from './authority-info-access.ts';
import { type BasicConstraints, readBasicConstraints } from './basic-constraints.ts';
import { type CertificatePolicy, readCertificatePolicies } from './certificate-policies.ts';
import { readCrlDistributionPoints } from './crl-distribution-points.ts';
import { readExtendedKeyUsage } from './extended-key-usage.ts';
import { type Extension, extensionOid, readValue } from './extension.ts';
import type { GeneralName } from './general-name.ts';
import {
  type AuthorityKeyIdentifier,
  readAuthorityKeyIdentifier,
  readSubjectKeyIdentifier,
} from './key-identifiers.ts';
import { type KeyUsage, readKeyUsage } from './key-usage.ts';
import { readSubjectAltName } from './subject-alt-name.ts';

/** What the extensions known here say. Undefined or empty: the extension is not there. */
export interface KnownExtensions {
  readonly keyUsage: readonly KeyUsage[] | undefined;
  readonly extendedKeyUsage: readonly string[] | undefined;
  readonly basicConstraints: BasicConstraints | undefined;
  readonly subjectKeyIdentifier: Uint8Array | undefined;
  readonly authorityKeyIdentifier: AuthorityKeyIdentifier | undefined;
  readonly policies: readonly CertificatePolicy[];
  readonly crlDistributionPoints: readonly GeneralName[];
  readonly authorityInfoAccess: AuthorityInfoAccess;
  readonly subjectAltNames: readonly GeneralName[];
}

/** @throws PkiError `malformed-extension` */
export function readKnownExtensions(extensions: readonly Extension[]): KnownExtensions {
  return {
    keyUsage: readValue(extensions, extensionOid.keyUsage, readKeyUsage),
    extendedKeyUsage: readValue(extensions, extensionOid.extendedKeyUsage, readExtendedKeyUsage),
    basicConstraints: readValue(extensions, extensionOid.basicConstraints, readBasicConstraints),
    subjectKeyIdentifier: readValue(extensions, extensionOid.subjectKeyIdentifier, readSubjectKeyIdentifier),
    authorityKeyIdentifier: readValue(
      extensions,
      extensionOid.authorityKeyIdentifier,
      readAuthorityKeyIdentifier,
    ),
    policies: readValue(extensions, extensionOid.certificatePolicies, readCertificatePolicies) ?? [],
    crlDistributionPoints:
      readValue(extensions, extensionOid.crlDistributionPoints, readCrlDistributionPoints) ?? [],
    authorityInfoAccess: readValue(extensions, extensionOid.authorityInfoAccess, readAuthorityInfoAccess) ?? {
      ocsp: [],
      caIssuers: [],
    },
    subjectAltNames: readValue(extensions, extensionOid.subjectAltName, readSubjectAltName) ?? [],
  };
}
