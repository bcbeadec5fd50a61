/** From a file's objects to the report. */
import { createHash } from 'node:crypto';
import { IdentityNumber, type NumberProblem } from '@certdesk/contract';
import { sm3 } from '@certdesk/gm';
import {
  Certificate,
  CertificateRevocationList,
  CertificationRequest,
  certificateRemarks,
  chainsOf,
  crlRemarks,
  describeKey,
  type Extension,
  type FileContent,
  type FoundObject,
  type GeneralName,
  type IdentityNumberOid,
  knownSignatureAlgorithm,
  type Link,
  linksOf,
  type Name,
  namesKey,
  PkiError,
  publicKeyDigest,
  type Remark,
  readIdentityNumbers,
  readKnownExtensions,
  requestRemarks,
  roleOf,
  signatureState,
} from '@certdesk/pki';
import { entityKindOf } from '../../registry/codes/entity-kinds.ts';
import { codeWarnings, examine } from '../../registry/codes/warnings.ts';
import { lookupValue } from '../../registry/lookup-value.ts';
import { worded } from './remarks.ts';
import type {
  Chain,
  Report,
  ReportedCertificate,
  ReportedCrl,
  ReportedName,
  ReportedNumber,
  ReportedObject,
  ReportedOther,
  ReportedRemark,
  ReportedRequest,
} from './report.ts';
import { revocationOf } from './revocation.ts';
import { kindLabel } from './words.ts';

const DAY_MS = 86_400_000;

export interface DescribeOptions {
  readonly name: string;
  readonly now: Date;
  readonly identityNumberOids: readonly IdentityNumberOid[];
  /** Revocation lists besides those in the file. */
  readonly crls?: readonly CertificateRevocationList[];
}

/** Never throws for what a file holds: what cannot be read is said to be so. */
export function describeFile(content: FileContent, options: DescribeOptions): Report {
  const read = content.objects.map(readObject);
  const places = read.flatMap(({ certificate }, place) => (certificate ? [place] : []));
  const certificates = read.flatMap(({ certificate }) => certificate ?? []);
  const links = linksOf(certificates);
  const crls = [...(options.crls ?? []), ...read.flatMap(({ crl }) => crl ?? [])];
  const context: Context = { ...options, certificates, links, places, crls };
  const chains = chainsOf(links).map((chain) => chainReport(chain, context));
  const objects = read.map((object, place) => describeObject(object, places.indexOf(place), context));
  return {
    format: 1,
    checkedAt: options.now.toISOString(),
    file: { name: options.name, form: content.form },
    objects,
    chains,
    unusual: fileRemarks(content, chains),
  };
}

interface Context extends DescribeOptions {
  readonly crls: readonly CertificateRevocationList[];
  readonly certificates: readonly Certificate[];
  readonly links: readonly Link[];
  /** Of each certificate among all objects. */
  readonly places: readonly number[];
}

interface ReadObject {
  readonly certificate?: Certificate;
  readonly request?: CertificationRequest;
  readonly crl?: CertificateRevocationList;
  readonly other?: Pick<ReportedOther, 'what' | 'reason' | 'key'>;
}

function readObject({ kind, der }: FoundObject): ReadObject {
  const other = (what: ReportedOther['what'], reason: string | null = null): ReadObject => ({
    other: { what, reason, key: what === 'public-key' ? describeKey(der) : null },
  });
  try {
    if (kind === 'certificate') return { certificate: Certificate.parse(der) };
    if (kind === 'request') return { request: CertificationRequest.parse(der) };
    if (kind === 'crl') return { crl: CertificateRevocationList.parse(der) };
    return other(kind);
  } catch (error) {
    if (!(error instanceof PkiError)) throw error;
    return other('unreadable', error.message);
  }
}

function describeObject(object: ReadObject, at: number, context: Context): ReportedObject {
  const { certificate, request, crl, other } = object;
  if (certificate) return describeCertificate(certificate, at, context);
  if (request) return describeRequest(request, context);
  if (crl) return describeCrl(crl, context);
  return { type: 'other', what: 'unknown', reason: null, key: null, ...other, unusual: [] };
}

function describeCertificate(certificate: Certificate, at: number, context: Context): ReportedCertificate {
  const { keyUsage, extendedKeyUsage, basicConstraints, extensions, signatureAlgorithm } = certificate;
  const { issuer = undefined, signature = undefined } = context.links[at] ?? {};
  const numbers = certificate.identityNumbers(context.identityNumberOids).map(reportedNumber);
  const selfSigned = issuer === at && signature === 'holds';
  return {
    type: 'certificate',
    version: certificate.version,
    serialNumber: certificate.serialNumber,
    subject: reportedName(certificate.subject),
    issuer: reportedName(certificate.issuer),
    identityNumbers: numbers,
    validity: validity(certificate, context.now),
    key: describeKey(certificate.publicKey),
    signature: {
      ...algorithm(signatureAlgorithm.oid),
      selfSigned,
      issuerPlace: issuer === undefined ? null : (context.places[issuer] ?? null),
      state: signature ?? null,
    },
    role: roleOf(certificate),
    revocation: revocationOf(certificate, {
      crls: context.crls,
      issuer: signature === 'holds' && issuer !== undefined ? context.certificates[issuer] : undefined,
      now: context.now,
    }),
    authority: basicConstraints?.ca ? { pathLength: basicConstraints.pathLength ?? null } : null,
    keyUsage: keyUsage ?? null,
    extendedKeyUsage: extendedKeyUsage ?? null,
    subjectAltNames: certificate.subjectAltNames.map(generalName),
    policies: certificate.policies.map(({ oid, cps }) => ({ oid, cps: cps ?? null })),
    ocsp: certificate.aia.ocsp,
    caIssuers: certificate.aia.caIssuers,
    crls: certificate.crlDistributionPoints,
    subjectKeyIdentifier: hexOrNull(certificate.subjectKeyIdentifier),
    authorityKeyIdentifier: hexOrNull(certificate.authorityKeyIdentifier?.keyIdentifier),
    fingerprints: {
      sha256: createHash('sha256').update(certificate.der).digest('hex'),
      sm3: hex(sm3(certificate.der)),
      sha1: createHash('sha1').update(certificate.der).digest('hex'),
    },
    publicKeySha256: publicKeyDigest(certificate.publicKey),
    extensions: extensions.map(reportedExtension),
    unusual: [
      ...certificateRemarks(certificate, selfSigned || selfIssuedUnchecked(certificate, at, context)).map(
        inWords,
      ),
      ...addressRemarks([
        ...certificate.aia.ocsp,
        ...certificate.aia.caIssuers,
        ...certificate.crlDistributionPoints,
      ]),
      ...numberRemarks(numbers),
      ...linkRemarks(certificate, at, context),
    ],
  };
}

function describeCrl(crl: CertificateRevocationList, context: Context): ReportedCrl {
  const { certificates, places, now } = context;
  const { signatureAlgorithm, thisUpdate, nextUpdate } = crl;
  const tried = certificates.flatMap((issuer, at) => {
    if (!issuer.subject.equals(crl.issuer)) return [];
    const signed = { algorithm: signatureAlgorithm, signed: crl.tbs, signature: crl.signature };
    return [{ at, state: signatureState(issuer.publicKey, signed) }];
  });
  const by = tried.find(({ state }) => state === 'holds') ?? tried[0];
  return {
    type: 'crl',
    version: crl.version,
    issuer: reportedName(crl.issuer),
    thisUpdate: thisUpdate.toISOString(),
    nextUpdate: nextUpdate?.toISOString() ?? null,
    state: thisUpdate > now ? 'not-yet' : nextUpdate && nextUpdate <= now ? 'outdated' : 'current',
    number: crl.number?.toString() ?? null,
    baseNumber: crl.baseNumber?.toString() ?? null,
    signature: {
      ...algorithm(signatureAlgorithm.oid),
      issuerPlace: by ? (places[by.at] ?? null) : null,
      state: by?.state ?? null,
    },
    revoked: [...crl.revoked.values()].map(({ serialNumber, revocationDate, reason }) => ({
      serialNumber,
      revokedAt: revocationDate.toISOString(),
      reason: reason ?? null,
    })),
    sha256: createHash('sha256').update(crl.der).digest('hex'),
    unusual: [
      ...(by?.state === 'broken' ? [worded('signature-broken', { issuer: (places[by.at] ?? 0) + 1 })] : []),
      ...crlRemarks(crl).map(inWords),
    ],
  };
}

/** A root whose algorithm cannot be checked here is taken for one as far as remarks go. */
function selfIssuedUnchecked(certificate: Certificate, at: number, { links }: Context): boolean {
  const link = links[at];
  return certificate.selfIssued && link?.issuer === at && link.signature === 'unsupported';
}

function describeRequest(request: CertificationRequest, context: Context): ReportedRequest {
  const { signatureAlgorithm, extensions } = request;
  const known = knownOf(extensions);
  const numbers = readIdentityNumbers(extensions, context.identityNumberOids).map(reportedNumber);
  const state = signatureState(request.publicKey, {
    algorithm: signatureAlgorithm,
    signed: request.info,
    signature: request.signature,
  });
  const { name } = algorithmName(signatureAlgorithm.oid);
  return {
    type: 'request',
    subject: reportedName(request.subject),
    identityNumbers: numbers,
    key: describeKey(request.publicKey),
    signature: { ...algorithm(signatureAlgorithm.oid), state },
    role: roleOf(known),
    keyUsage: known.keyUsage ?? null,
    extendedKeyUsage: known.extendedKeyUsage ?? null,
    subjectAltNames: (known.subjectAltNames ?? []).map(generalName),
    publicKeySha256: publicKeyDigest(request.publicKey),
    extensions: extensions.map(reportedExtension),
    unusual: [
      ...(state === 'broken' ? [worded('request-broken')] : []),
      ...(state === 'unsupported' ? [worded('signature-unchecked', { algorithm: name })] : []),
      ...(known.problem === undefined ? [] : [worded('extensions-unreadable', { reason: known.problem })]),
      ...requestRemarks(request).map(inWords),
      ...numberRemarks(numbers),
    ],
  };
}

type Known = Partial<ReturnType<typeof readKnownExtensions>> & {
  readonly keyUsage: Certificate['keyUsage'];
  readonly basicConstraints: Certificate['basicConstraints'];
  readonly problem?: string;
};

function knownOf(extensions: readonly Extension[]): Known {
  try {
    return readKnownExtensions(extensions);
  } catch (error) {
    if (!(error instanceof PkiError)) throw error;
    return { keyUsage: undefined, basicConstraints: undefined, problem: error.message };
  }
}

function validity({ notBefore, notAfter }: Certificate, now: Date): ReportedCertificate['validity'] {
  return {
    notBefore: notBefore.toISOString(),
    notAfter: notAfter.toISOString(),
    state: now < notBefore ? 'not-yet-valid' : now > notAfter ? 'expired' : 'valid',
    daysLeft: Math.floor((notAfter.getTime() - now.getTime()) / DAY_MS),
  };
}

function algorithmName(oid: string) {
  return { name: knownSignatureAlgorithm(oid)?.name ?? oid };
}

const algorithm = (oid: string) => ({ oid, algorithm: algorithmName(oid).name });
const hex = (octets: Uint8Array) => Buffer.from(octets).toString('hex');
const hexOrNull = (octets: Uint8Array | undefined) => (octets ? hex(octets) : null);
const inWords = ({ code, details }: Remark): ReportedRemark => worded(code, details, {});

function reportedName(name: Name): ReportedName {
  return {
    text: name.toString(),
    attributes: name.attributes.map(({ type, value }) => ({ type, value })),
  };
}

const reportedExtension = ({ oid, critical, value }: Extension) => ({ oid, critical, value: hex(value) });

function generalName({ kind, value }: GeneralName): { kind: string; value: string } {
  if (typeof value === 'string') return { kind, value };
  if (value instanceof Uint8Array) return { kind, value: kind === 'ip' ? address(value) : hex(value) };
  return { kind, value: value.toString() };
}

function address(octets: Uint8Array): string {
  if (octets.length === 4) return octets.join('.');
  if (octets.length !== 16) return hex(octets);
  return (hex(octets).match(/.{4}/g) ?? []).join(':');
}

function reportedNumber({ kind, value }: { kind: string; value: string }): ReportedNumber {
  const number = IdentityNumber.safeParse({ kind, value });
  if (!number.success) return { kind, value, checkDigit: null, division: null, registered: null };
  const { checkDigitFits, division = null } = examine(number.data);
  const entity = entityKindOf(lookupValue(number.data.kind, value));
  return {
    kind,
    value,
    checkDigit: checkDigitFits === undefined ? null : checkDigitFits ? 'fits' : 'differs',
    division,
    registered: entity ? { by: entity.department, kind: entity.kind ?? null } : null,
  };
}

const codeRemarks = {
  form: 'number-form',
  'check-digit': 'number-check-digit',
  'division-unknown': 'number-division',
  'organization-code-differs': 'number-differs',
} as const satisfies Record<NumberProblem, string>;

function numberRemarks(numbers: readonly ReportedNumber[]): ReportedRemark[] {
  const named = (kind: string) => ({ kind: { zh: kindLabel(kind, 'zh'), en: kindLabel(kind, 'en') } });
  const isText = ({ value }: ReportedNumber) => !value.startsWith('#');
  const known = numbers.filter(isText).flatMap((number) => {
    const { success, data } = IdentityNumber.safeParse({ kind: number.kind, value: number.value });
    return success ? [data] : [];
  });
  return [
    ...numbers
      .filter((number) => !isText(number))
      .map(({ kind }) => worded('number-not-text', { kind }, named(kind))),
    ...codeWarnings(known).map(({ kind, value, problem }) =>
      worded(codeRemarks[problem], { kind, value }, named(kind)),
    ),
  ];
}

/** Characters beyond ASCII in addresses, which IA5String does not have. */
function addressRemarks(addresses: readonly string[]): ReportedRemark[] {
  const bad = addresses.filter((each) => !/^[\x20-\x7e]*$/.test(each));
  return bad.map((each) => worded('address-characters', { address: each }));
}

/** What a certificate says beside the others of the file. Numbers are those that people count by, from 1. */
function linkRemarks(certificate: Certificate, at: number, context: Context): ReportedRemark[] {
  const { certificates, links, places } = context;
  const remarks: ReportedRemark[] = [];
  const twin = certificates.findIndex((each) => Buffer.compare(each.der, certificate.der) === 0);
  if (twin < at) remarks.push(worded('twice', { other: (places[twin] ?? 0) + 1 }));
  const { issuer = undefined, signature = undefined } = links[at] ?? {};
  const by = issuer === undefined ? undefined : certificates[issuer];
  if (issuer === undefined || !by) {
    if (certificate.selfIssued) remarks.push(worded('self-issued-not-signed'));
    return remarks;
  }
  const details = { issuer: (places[issuer] ?? 0) + 1 };
  if (signature === 'broken') remarks.push(worded('signature-broken', details));
  if (signature === 'unsupported') {
    const { name } = algorithmName(certificate.signatureAlgorithm.oid);
    remarks.push(worded('signature-unchecked', { algorithm: name }));
  }
  if (signature !== 'holds' || issuer === at) return remarks;
  const mayIssue =
    by.version < 3 || (by.basicConstraints?.ca && by.keyUsage?.includes('keyCertSign') !== false);
  if (namesKey(certificate, by) === false) remarks.push(worded('identifiers-differ', details));
  if (!mayIssue) remarks.push(worded('issuer-no-authority', details));
  if (certificate.notAfter > by.notAfter) remarks.push(worded('outlives-issuer', details));
  return remarks;
}

function chainReport(chain: readonly number[], { links, places }: Context): Chain {
  const last = chain.at(-1) ?? 0;
  const complete = links[last]?.issuer === last && links[last]?.signature === 'holds';
  const signed = complete ? chain : chain.slice(0, -1);
  return {
    places: chain.map((at) => places[at] ?? 0),
    complete,
    holds: signed.every((at) => links[at]?.signature === 'holds'),
  };
}

function fileRemarks({ surplus }: FileContent, chains: readonly Chain[]): ReportedRemark[] {
  const rises = ({ places }: Chain) => places.every((place, at) => at === 0 || place > (places[at - 1] ?? 0));
  return [
    ...(surplus > 0 ? [worded('surplus', { octets: surplus })] : []),
    ...(chains.every(rises) ? [] : [worded('order')]),
  ];
}
