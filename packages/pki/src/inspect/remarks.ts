/**
 * What is unusual about a certificate or a request: not DER, weak, against RFC 5280, or merely rare. A remark is a code
 * and what fills its sentence; nothing here decides whether a certificate is trusted (`checkChain` does).
 */
import type { Certificate } from '../certificate/certificate.ts';
import { type Extension, extensionOid } from '../certificate/extensions/extension.ts';
import type { CertificateRevocationList } from '../crl/crl.ts';
import { tag } from '../der/tag.ts';
import { isPrintable } from '../der/writer.ts';
import type { Name } from '../name.ts';
import type { CertificationRequest } from '../request/certification-request.ts';
import {
  keepsTrailingZeroBits,
  type WrittenAttribute,
  writesNotCa,
  writesNotCritical,
  writtenAttributes,
  writtenFields,
} from './encoding.ts';
import { describeKey } from './key.ts';
import { knownSignatureAlgorithm } from './signature.ts';

export type RemarkCode =
  | 'time-form'
  | 'explicit-default'
  | 'key-usage-trailing-zeros'
  | 'name-string-type'
  | 'name-printable'
  | 'name-not-text'
  | 'name-too-long'
  | 'name-several-in-one'
  | 'country-form'
  | 'subject-empty'
  | 'issuer-empty'
  | 'version-old'
  | 'unique-identifiers'
  | 'serial-negative'
  | 'serial-zero'
  | 'serial-long'
  | 'validity-reversed'
  | 'validity-long'
  | 'validity-endless'
  | 'key-weak'
  | 'key-unsound'
  | 'key-exponent'
  | 'key-kind'
  | 'digest-weak'
  | 'digest-weak-self'
  | 'signature-unknown'
  | 'signature-parameters'
  | 'signature-no-parameters'
  | 'subject-key-identifier-missing'
  | 'authority-key-identifier-missing'
  | 'critical-unknown'
  | 'critical-wrong'
  | 'critical-missing'
  | 'key-usage-missing'
  | 'key-usage-empty'
  | 'key-usage-both'
  | 'key-usage-not-for-key'
  | 'ca-without-key-cert-sign'
  | 'key-cert-sign-without-ca'
  | 'path-length-without-ca'
  | 'server-without-names'
  | 'challenge-password'
  | 'crl-no-end'
  | 'crl-no-number';

export interface Remark<Code extends string = RemarkCode> {
  readonly code: Code;
  readonly details: Readonly<Record<string, string | number>>;
}

type Details = Remark['details'];
const remark = (code: RemarkCode, details: Details = {}): Remark => ({ code, details });
const when = (condition: boolean, code: RemarkCode, details: Details = {}): Remark[] =>
  condition ? [remark(code, details)] : [];

/** @param selfSigned whether its own key made its signature, which the caller has seen */
export function certificateRemarks(certificate: Certificate, selfSigned: boolean): Remark[] {
  return [
    ...nameRemarks(certificate.subject, 'subject'),
    ...(certificate.selfIssued ? [] : nameRemarks(certificate.issuer, 'issuer')),
    ...fieldRemarks(certificate),
    ...validityRemarks(certificate),
    ...keyRemarks(certificate.publicKey),
    ...signatureRemarks(certificate, selfSigned),
    ...extensionRemarks(certificate.extensions),
    ...identifierRemarks(certificate, selfSigned),
    ...usageRemarks(certificate),
  ];
}

const CHALLENGE_PASSWORD = '1.2.840.113549.1.9.7';

export function requestRemarks(request: CertificationRequest): Remark[] {
  return [
    ...nameRemarks(request.subject, 'subject'),
    ...keyRemarks(request.publicKey),
    ...signatureRemarks(request, false),
    ...extensionRemarks(request.extensions),
    ...when(
      request.attributes.some(({ oid }) => oid === CHALLENGE_PASSWORD),
      'challenge-password',
    ),
  ];
}

export function crlRemarks(crl: CertificateRevocationList): Remark[] {
  return [
    ...nameRemarks(crl.issuer, 'issuer'),
    ...signatureRemarks(crl, false),
    // RFC 5280 §5.1.2.5, §5.2.3
    ...when(crl.nextUpdate === undefined, 'crl-no-end'),
    ...when(crl.version > 1 && crl.number === undefined, 'crl-no-number'),
    ...crl.notUnderstood.map((oid) => remark('critical-unknown', { oid })),
  ];
}

const oldStringTypes: ReadonlyMap<number, string> = new Map([
  [tag.bmpString, 'BMPString'],
  [tag.t61String, 'TeletexString'],
  [tag.universalString, 'UniversalString'],
]);

/** X.520 and RFC 5280 Appendix A: in characters. */
const upperBounds: Readonly<Record<string, number>> = {
  CN: 64,
  O: 64,
  OU: 64,
  serialNumber: 64,
  title: 64,
  L: 128,
  ST: 128,
  emailAddress: 255,
};

function nameRemarks(name: Name, part: 'subject' | 'issuer'): Remark[] {
  const written = writtenAttributes(name);
  if (written.length === 0) return [remark(part === 'subject' ? 'subject-empty' : 'issuer-empty')];
  const typesOf = (is: (attribute: WrittenAttribute) => boolean) =>
    [...new Set(written.filter(is).map(({ type }) => type))].join(', ');
  const named = (code: RemarkCode, attributes: string, more: Details = {}) =>
    when(attributes !== '', code, { part, attributes, ...more });
  const tooLong = name.attributes.filter(
    ({ type, value, opaque }) =>
      !opaque && [...value].length > (upperBounds[type] ?? Number.POSITIVE_INFINITY),
  );
  return [
    ...[...oldStringTypes].flatMap(([identifier, stringType]) =>
      named(
        'name-string-type',
        typesOf((each) => each.tag === identifier),
        { stringType },
      ),
    ),
    ...named(
      'name-printable',
      typesOf((each) => each.tag === tag.printableString && !printable(each.content)),
    ),
    ...named(
      'name-not-text',
      name.attributes
        .filter(({ opaque }) => opaque)
        .map(({ type }) => type)
        .join(', '),
    ),
    ...tooLong.map(({ type, value }) =>
      remark('name-too-long', {
        part,
        attributes: type,
        length: [...value].length,
        bound: upperBounds[type] ?? 0,
      }),
    ),
    ...when(
      name.rdns.some((rdn) => rdn.length > 1),
      'name-several-in-one',
      { part },
    ),
    ...written
      .filter(
        (each) =>
          each.type === 'C' && !(each.tag === tag.printableString && /^[A-Z]{2}$/.test(latin1(each.content))),
      )
      .slice(0, 1)
      .map(() => remark('country-form', { part, value: name.get('C') ?? '' })),
  ];
}

const latin1 = (octets: Uint8Array) => Buffer.from(octets).toString('latin1');
const printable = (octets: Uint8Array) => isPrintable(latin1(octets));

function fieldRemarks(certificate: Certificate): Remark[] {
  const { serialNumber, version } = certificate;
  const { versionWritten, uniqueIdentifiers } = writtenFields(certificate);
  const octets = serialOctets(serialNumber);
  return [
    ...when(version < 3, 'version-old', { version }),
    ...when(versionWritten, 'explicit-default', { field: 'version' }),
    ...when(uniqueIdentifiers, 'unique-identifiers'),
    ...when(serialNumber.startsWith('-'), 'serial-negative'),
    ...when(/^0+$/.test(serialNumber), 'serial-zero'),
    ...when(octets > 20, 'serial-long', { octets }),
  ];
}

/** Content octets of the INTEGER, the sign octet counted: RFC 5280 §4.1.2.2 bounds these to 20. */
function serialOctets(serialNumber: string): number {
  const hex = serialNumber.replace('-', '');
  return hex.length / 2 + (Number.parseInt(hex.slice(0, 2), 16) >= 0x80 ? 1 : 0);
}

const YEAR_MS = 365.25 * 86_400_000;
/** Beyond what a published CA grants: CAs' own certificates, and holders'. */
const LONG_YEARS = { ca: 40, holder: 10 };

function validityRemarks(certificate: Certificate): Remark[] {
  const { notBefore, notAfter } = certificate;
  const [begin, end] = writtenFields(certificate).times;
  const wrongForm = (year: number, element: typeof begin) =>
    (element?.tag === tag.generalizedTime) === (year >= 1950 && year < 2050);
  // RFC 5280 §4.1.2.5: this moment says that there is no end.
  const endless = notAfter.toISOString().startsWith('9999-12-31');
  const years = (notAfter.getTime() - notBefore.getTime()) / YEAR_MS;
  const long =
    certificate.basicConstraints?.ca || certificate.version < 3 ? LONG_YEARS.ca : LONG_YEARS.holder;
  return [
    ...when(
      wrongForm(notBefore.getUTCFullYear(), begin) || wrongForm(notAfter.getUTCFullYear(), end),
      'time-form',
    ),
    ...when(notAfter < notBefore, 'validity-reversed'),
    ...when(endless, 'validity-endless'),
    ...when(!endless && years > long + 0.1, 'validity-long', { years: Math.round(years) }),
  ];
}

const MIN_BITS: Readonly<Record<string, number>> = { RSA: 2048, 'RSA-PSS': 2048, EC: 224 };

function keyRemarks(spki: Uint8Array): Remark[] {
  const { kind, bits, curve, exponent, sound } = describeKey(spki);
  const issued = kind === 'SM2' || kind === 'RSA' || curve === 'P-256' || curve === 'P-384';
  return [
    ...when(sound === false, 'key-unsound'),
    ...when(bits !== undefined && bits < (MIN_BITS[kind] ?? 0), 'key-weak', { kind, bits: bits ?? 0 }),
    ...when(exponent !== undefined && exponent !== '65537', 'key-exponent', { exponent: exponent ?? '' }),
    ...when(!issued && kind !== '?', 'key-kind', { kind: curve ? `${kind} ${curve}` : kind }),
  ];
}

function signatureRemarks(
  { signatureAlgorithm }: Pick<Certificate, 'signatureAlgorithm'>,
  selfSigned: boolean,
): Remark[] {
  const { oid, parameters } = signatureAlgorithm;
  const known = knownSignatureAlgorithm(oid);
  if (!known) return [remark('signature-unknown', { oid })];
  const { name, family, weak } = known;
  return [
    ...when(weak !== undefined, selfSigned ? 'digest-weak-self' : 'digest-weak', { digest: weak ?? '' }),
    // RFC 5758 §3.2 and RFC 8410 §3 want none; RFC 4055 §5 wants NULL for RSA, and SM2's standards leave it open.
    ...when(parameters !== undefined && /^(ecdsa|eddsa|dsa)$/.test(family), 'signature-parameters', { name }),
    ...when(parameters === undefined && (family === 'rsa' || family === 'sm2'), 'signature-no-parameters', {
      name,
    }),
  ];
}

/** Extensions that RFC 5280 never has critical, and those that a verifier here understands when they are. */
const neverCritical: readonly string[] = [
  extensionOid.subjectKeyIdentifier,
  extensionOid.authorityKeyIdentifier,
  extensionOid.authorityInfoAccess,
];
const understood: readonly string[] = [
  ...neverCritical,
  extensionOid.keyUsage,
  extensionOid.subjectAltName,
  extensionOid.basicConstraints,
  extensionOid.crlDistributionPoints,
  extensionOid.certificatePolicies,
  extensionOid.extendedKeyUsage,
];

function extensionRemarks(extensions: readonly Extension[]): Remark[] {
  return [
    ...when(keepsTrailingZeroBits(extensions), 'key-usage-trailing-zeros'),
    ...when(writesNotCa(extensions), 'explicit-default', { field: 'cA' }),
    ...when(extensions.some(writesNotCritical), 'explicit-default', { field: 'critical' }),
    ...extensions
      .filter(({ oid, critical }) => critical && !understood.includes(oid))
      .map(({ oid }) => remark('critical-unknown', { oid })),
    ...extensions
      .filter(({ oid, critical }) => critical && neverCritical.includes(oid))
      .map(({ oid }) => remark('critical-wrong', { oid })),
  ];
}

/** RFC 5280 §4.2.1.1: all but the self-signed name their issuer's key; §4.2.1.2: CAs must, others should name their own. */
function identifierRemarks(certificate: Certificate, selfSigned: boolean): Remark[] {
  if (certificate.version < 3) return [];
  return [
    ...when(certificate.subjectKeyIdentifier === undefined, 'subject-key-identifier-missing'),
    ...when(
      certificate.authorityKeyIdentifier?.keyIdentifier === undefined && !selfSigned,
      'authority-key-identifier-missing',
    ),
  ];
}

function usageRemarks(certificate: Certificate): Remark[] {
  const { keyUsage, extendedKeyUsage, basicConstraints, extensions, version } = certificate;
  const ca = basicConstraints?.ca ?? false;
  const has = (...usages: string[]) => keyUsage?.some((usage) => usages.includes(usage)) ?? false;
  const { kind } = describeKey(certificate.publicKey);
  const critical = (oid: string) => extensions.some((each) => each.oid === oid && each.critical);
  const signs = has('digitalSignature', 'nonRepudiation');
  const enciphers = has('keyEncipherment', 'dataEncipherment', 'keyAgreement');
  return [
    ...when(keyUsage === undefined && version === 3, 'key-usage-missing'),
    ...when(keyUsage?.length === 0, 'key-usage-empty'),
    ...when(keyUsage !== undefined && !critical(extensionOid.keyUsage), 'critical-missing', {
      oid: extensionOid.keyUsage,
    }),
    ...when(ca && !critical(extensionOid.basicConstraints), 'critical-missing', {
      oid: extensionOid.basicConstraints,
    }),
    // Chinese CAs give out one certificate for signing and another for encryption.
    ...when(kind === 'SM2' && !ca && signs && enciphers, 'key-usage-both'),
    // RFC 8813 §3: an elliptic key enciphers nothing, it agrees on keys. SM2 has an encryption of its own.
    ...when(kind === 'EC' && has('keyEncipherment', 'dataEncipherment'), 'key-usage-not-for-key', { kind }),
    ...when(ca && keyUsage !== undefined && !has('keyCertSign'), 'ca-without-key-cert-sign'),
    ...when(!ca && has('keyCertSign'), 'key-cert-sign-without-ca'),
    ...when(!ca && basicConstraints?.pathLength !== undefined, 'path-length-without-ca'),
    ...when(
      (extendedKeyUsage?.includes('serverAuth') ?? false) && !ca && certificate.subjectAltNames.length === 0,
      'server-without-names',
    ),
  ];
}
