export {
  type AlgorithmIdentifier,
  checkPublicKey,
  type KeyAlgorithm,
  keyAlgorithmOf,
  keyAlgorithms,
  signatureAlgorithmFor,
} from './algorithms.ts';
export {
  assembleSigned,
  buildCertificate,
  buildTbsCertificate,
  type CertificateContent,
} from './certificate/build.ts';
export { Certificate } from './certificate/certificate.ts';
export {
  type AuthorityInfoAccess,
  authorityInfoAccess,
} from './certificate/extensions/authority-info-access.ts';
export { type BasicConstraints, basicConstraints } from './certificate/extensions/basic-constraints.ts';
export {
  type CertificatePolicy,
  certificatePolicies,
} from './certificate/extensions/certificate-policies.ts';
export { crlDistributionPoints, freshestCrl } from './certificate/extensions/crl-distribution-points.ts';
export { extendedKeyUsage, keyPurposeOid } from './certificate/extensions/extended-key-usage.ts';
export { type Extension, extension, extensionOid } from './certificate/extensions/extension.ts';
export type { GeneralName } from './certificate/extensions/general-name.ts';
export {
  type AuthorityKeyIdentifier,
  authorityKeyIdentifier,
  keyIdentifierOf,
  subjectKeyIdentifier,
} from './certificate/extensions/key-identifiers.ts';
export { type KeyUsage, keyUsage, keyUsageNames } from './certificate/extensions/key-usage.ts';
export { type KnownExtensions, readKnownExtensions } from './certificate/extensions/known.ts';
export { subjectAltName } from './certificate/extensions/subject-alt-name.ts';
export { checkChain } from './chain/check.ts';
export type { ChainOptions } from './chain/options.ts';
export type { ChainFailure, ChainFailureReason, ChainResult } from './chain/result.ts';
export * from './cmp/index.ts';
export {
  buildCrl,
  buildTbsCrl,
  type CrlContent,
  type RevokedCertificate,
} from './crl/build.ts';
export { type CrlCheck, type CrlFailure, type CrlResult, checkAgainstCrl } from './crl/check.ts';
export { CertificateRevocationList } from './crl/crl.ts';
export type { IssuingDistributionPoint } from './crl/issuing-distribution-point.ts';
export type { CrlReason } from './crl/reason.ts';
export { DerReader, type Element, readDer } from './der/reader.ts';
export { tag } from './der/tag.ts';
export * as der from './der/writer.ts';
export { certificateDigest, publicKeyDigest } from './digest.ts';
export { DerError, type DerErrorCode, PkiError, type PkiErrorCode } from './errors.ts';
export {
  DEFAULT_IDENTITY_NUMBER_OIDS,
  type IdentityNumber,
  type IdentityNumberOid,
  identityNumberExtension,
  readIdentityNumbers,
} from './identity-number.ts';
export { chainsOf, type Link, linksOf, namesKey, signedOctetsOf } from './inspect/issuers.ts';
export { describeKey, type KeyDescription } from './inspect/key.ts';
export {
  type FileContent,
  type FoundObject,
  MAX_FILE_OCTETS,
  type ObjectKind,
  readObjects,
} from './inspect/objects.ts';
export {
  certificateRemarks,
  crlRemarks,
  type Remark,
  type RemarkCode,
  requestRemarks,
} from './inspect/remarks.ts';
export { type CertificateRole, roleOf } from './inspect/role.ts';
export { knownSignatureAlgorithm, type SignatureState, signatureState } from './inspect/signature.ts';
export { Name, type NameAttribute } from './name.ts';
export {
  buildOcspResponse,
  type OcspCertStatus,
  type OcspContent,
  type OcspError,
  type OcspSingle,
  ocspErrorResponse,
  ocspNoCheck,
} from './ocsp/build.ts';
export { buildCertId, type CertId, type CertIdHash, issuerHashes, namesIssuer } from './ocsp/cert-id.ts';
export { buildOcspRequest, type OcspRequest, parseOcspRequest } from './ocsp/request.ts';
export {
  type BasicOcspResponse,
  checkOcspResponse,
  type OcspCheck,
  type OcspFailure,
  type OcspResponse,
  type OcspResult,
  type OcspSingleResponse,
  parseOcspResponse,
} from './ocsp/response.ts';
export { fromPem, type PemBlock, toPem } from './pem.ts';
export { applyProfile, checkSubject, type ProfileInput, prepareProfile } from './profile/apply.ts';
export { parseProfile } from './profile/parse.ts';
export type { CertificateProfile, SubjectRule, TwinRule } from './profile/profile.ts';
export { addMonths, type Validity, validityFor } from './profile/validity.ts';
export { buildRequest, type RequestContent } from './request/build.ts';
export { CertificationRequest, type RequestAttribute } from './request/certification-request.ts';
export { verifyByKey, verifySignature } from './signature.ts';
export { generateSoftwareKey, type Signer, softwareSigner } from './signer.ts';
export { buildCsrResponse, type CsrResponse, readCsrResponse } from './twin/csr-response.ts';
export {
  type EnvelopedKeyParts,
  envelopKey,
  openEnvelopedKey,
  readEnvelopedKey,
} from './twin/enveloped-key.ts';
