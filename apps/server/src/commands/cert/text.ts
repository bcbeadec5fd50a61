/** The report as people read it: labels and values in two columns, what is unusual below. */
import type { Language } from '@certdesk/contract';
import { inFours, minute } from '@certdesk/contract/format';
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
import {
  attributeLabel,
  extensionLabel,
  isKnownExtension,
  kindLabel,
  type Phrases,
  phrases,
  reasonLabel,
  roleLabel,
  usageLabel,
} from './words.ts';

/** A label and what stands behind it, one line each; without values the row is left out. */
type Row = readonly [label: string, ...values: string[]];

interface Context {
  readonly report: Report;
  readonly language: Language;
  readonly say: Phrases;
}

/** @returns lines without anything that would play tricks with a terminal */
export function reportText(report: Report, language: Language): string[] {
  const context: Context = { report, language, say: phrases[language] };
  const lines = report.objects.flatMap((object, place) => [
    ...(place > 0 ? [''] : []),
    headingOf(object, place, context),
    ...bodyOf(object, context),
    ...remarkLines(object.unusual, context),
  ]);
  lines.push(...chainLines(context));
  if (report.unusual.length > 0) lines.push('', context.say.file, ...remarkLines(report.unusual, context));
  return lines.map(printable);
}

function headingOf(object: ReportedObject, place: number, { report, say }: Context): string {
  const { length } = report.objects;
  const number = length > 1 ? say.number(place + 1, length) : '';
  const title = object.type === 'other' ? say.others[object.what] : say.types[object.type];
  const name =
    object.type === 'other' ? '' : shortName(object.type === 'crl' ? object.issuer : object.subject);
  return `${number}${title}${name && say.colon}${name}`;
}

function shortName({ attributes, text }: ReportedName): string {
  const of = (type: string) => attributes.findLast((each) => each.type === type)?.value;
  return of('CN') ?? of('O') ?? of('OU') ?? (text || '–');
}

function bodyOf(object: ReportedObject, context: Context): string[] {
  if (object.type === 'certificate') return table(certificateRows(object, context));
  if (object.type === 'request') return table(requestRows(object, context));
  return object.type === 'crl' ? table(crlRows(object, context)) : otherLines(object, context);
}

function otherLines({ what, reason, key }: ReportedOther, { say }: Context): string[] {
  if (key) return table([[say.key, say.keyOf(key)]]);
  const advice = say.advice[what];
  return [...(advice ? [`  ${advice}`] : []), ...(reason ? [`  ${say.reason(reason)}`] : [])];
}

function certificateRows(certificate: ReportedCertificate, context: Context): Row[] {
  const { language, say } = context;
  const { validity, fingerprints, authority, role } = certificate;
  const purpose = roleLabel(role, language);
  const depth = authority ? say.below(authority.pathLength) : '';
  return [
    [say.subject, ...nameLines(certificate.subject, language)],
    [say.numbers, ...numberLines(certificate.identityNumbers, context)],
    [say.validity, say.from(minute(validity.notBefore), minute(validity.notAfter)), say.state(validity)],
    [say.issuer, ...nameLines(certificate.issuer, language)],
    [say.serial, certificate.serialNumber],
    [say.purpose, `${purpose}${depth}`, ...usageLines(certificate, context)],
    [say.names, ...certificate.subjectAltNames.map(({ kind, value }) => `${kind} ${value}`)],
    [say.key, say.keyOf(certificate.key)],
    [say.signature, certificate.signature.algorithm, signatureLine(certificate, say)],
    [say.policies, ...certificate.policies.map(({ oid, cps }) => (cps ? `${oid}  ${cps}` : oid))],
    [say.ocsp, ...certificate.ocsp],
    [say.crls, ...certificate.crls],
    [say.caIssuers, ...certificate.caIssuers],
    [say.revocation, say.revoked(certificate.revocation)],
    [say.others.extensions, ...privateExtensions(certificate, context)],
    [
      say.fingerprints,
      ...Object.entries({
        'SHA-256': fingerprints.sha256,
        SM3: fingerprints.sm3,
        'SHA-1': fingerprints.sha1,
      }).map(([name, value]) => `${name.padEnd(8)}${value}`),
    ],
  ];
}

function requestRows(request: ReportedRequest, context: Context): Row[] {
  const { language, say } = context;
  return [
    [say.subject, ...nameLines(request.subject, language)],
    [say.numbers, ...numberLines(request.identityNumbers, context)],
    [say.wanted, roleLabel(request.role, language), ...usageLines(request, context)],
    [say.names, ...request.subjectAltNames.map(({ kind, value }) => `${kind} ${value}`)],
    [say.key, say.keyOf(request.key)],
    [say.signature, request.signature.algorithm, say.requestSignature[request.signature.state]],
    [say.others.extensions, ...privateExtensions(request, context)],
    [say.fingerprintOfKey, `SHA-256 ${request.publicKeySha256}`],
  ];
}

/** So many entries stand for all in a long list. */
const SHOWN_ENTRIES = 10;

function crlRows(crl: ReportedCrl, context: Context): Row[] {
  const { language, say } = context;
  const shown = crl.revoked.slice(0, SHOWN_ENTRIES);
  const { state, issuerPlace } = crl.signature;
  const more = crl.revoked.length - shown.length;
  return [
    [say.issuer, ...nameLines(crl.issuer, language)],
    [say.validity, say.listFrom(crl), say.listState[crl.state]],
    [
      say.crlNumber,
      ...(crl.number ? [`${crl.number}${crl.baseNumber ? say.delta(crl.baseNumber) : ''}`] : []),
    ],
    [
      say.signature,
      crl.signature.algorithm,
      state === null || issuerPlace === null ? say.issuerAbsent : say.signedBy[state](issuerPlace + 1),
    ],
    [
      say.entries,
      String(crl.revoked.length),
      ...shown.map(({ serialNumber, revokedAt, reason }) =>
        [serialNumber, minute(revokedAt), reason && reasonLabel(reason, language)].filter(Boolean).join('  '),
      ),
      ...(more > 0 ? [say.more(more)] : []),
    ],
    [say.fingerprints, `SHA-256 ${crl.sha256}`],
  ];
}

function nameLines({ attributes }: ReportedName, language: Language): string[] {
  if (attributes.length === 0) return ['–'];
  return attributes.toReversed().map(({ type, value }) => `${attributeLabel(type, language)}: ${value}`);
}

function numberLines(numbers: readonly ReportedNumber[], { language, say }: Context): string[] {
  return numbers.map(({ kind, value, checkDigit, division, registered }) => {
    const number = kind === 'uscc' && checkDigit !== null ? inFours(value) : value;
    const checked = checkDigit ? say.checkDigit[checkDigit] : '';
    const entity = [registered?.by[language], registered?.kind?.[language]];
    const about = [...entity, division && say.division(division)].filter(Boolean);
    return [`${kindLabel(kind, language)}: ${number}${checked}`, ...about].join(say.comma);
  });
}

function usageLines(
  { keyUsage, extendedKeyUsage }: Pick<ReportedCertificate, 'keyUsage' | 'extendedKeyUsage'>,
  { language, say }: Context,
): string[] {
  const list = (usages: readonly string[]) =>
    usages.map((usage) => usageLabel(usage, language)).join(say.comma) || '–';
  return [
    ...(keyUsage ? [`${say.keyUsage}: ${list(keyUsage)}`] : []),
    ...(extendedKeyUsage ? [`${say.extendedKeyUsage}: ${list(extendedKeyUsage)}`] : []),
  ];
}

function signatureLine({ signature }: ReportedCertificate, say: Phrases): string {
  const { selfSigned, issuerPlace, state } = signature;
  if (selfSigned) return say.selfSigned;
  if (state === null || issuerPlace === null) return say.issuerAbsent;
  return say.signedBy[state](issuerPlace + 1);
}

/** Those that have no row of their own: CAs' private ones most of all, which hold text more often than not. */
function privateExtensions(
  { extensions, identityNumbers }: Pick<ReportedCertificate, 'extensions' | 'identityNumbers'>,
  { language, say }: Context,
): string[] {
  const shown = new Set(identityNumbers.map(({ value }) => value));
  return extensions.flatMap(({ oid, critical, value }) => {
    if (ownRow.has(oid)) return [];
    const text = textIn(value);
    if (text !== undefined && shown.has(text)) return [];
    const name = isKnownExtension(oid) ? `${extensionLabel(oid, language)} (${oid})` : oid;
    return [`${name}${critical ? say.critical : ''}: ${text ?? say.octets(value.length / 2)}`];
  });
}

const ownRow = new Set([
  '2.5.29.14',
  '2.5.29.15',
  '2.5.29.17',
  '2.5.29.19',
  '2.5.29.31',
  '2.5.29.32',
  '2.5.29.35',
  '2.5.29.37',
  '1.3.6.1.5.5.7.1.1',
]);

/** Text of a short character string that is all of a value, as identity numbers and the like are written. */
function textIn(hex: string): string | undefined {
  const octets = Buffer.from(hex, 'hex');
  const [type = 0, length = 0] = octets;
  const isString =
    [0x0c, 0x12, 0x13, 0x16, 0x1a].includes(type) && length < 0x80 && octets.length === length + 2;
  const bare = isString ? octets.subarray(2) : octets;
  const text = bare.toString('utf8');
  return text !== '' && !/[\p{C}\u{FFFD}]/u.test(text) ? text : undefined;
}

function chainLines({ report, say }: Context): string[] {
  const chains = report.chains.filter(({ places }) => places.length > 1);
  if (chains.length === 0) return [];
  return ['', say.chains, ...chains.map((chain) => `  ${chainLine(chain, say)}`)];
}

function chainLine({ places, complete, holds }: Chain, say: Phrases): string {
  const path = places.map((place) => place + 1).join(' → ');
  const end = complete ? say.chainComplete : say.chainOpen;
  return `${path}${say.colon}${holds ? say.chainHolds : say.chainBroken}${say.comma}${end}`;
}

function remarkLines(remarks: readonly ReportedRemark[], { language, say }: Context): string[] {
  if (remarks.length === 0) return [];
  return [`  ${say.unusual}`, ...remarks.map((each) => `    · ${each[language]}`)];
}

function table(rows: readonly Row[]): string[] {
  const filled = rows.filter(([, ...values]) => values.length > 0);
  const width = Math.max(...filled.map(([label]) => columns(label)));
  return filled.flatMap(([label, ...values]) =>
    values.map((value, at) => {
      const text = at === 0 ? label : '';
      return `  ${text}${' '.repeat(width - columns(text) + 2)}${value}`;
    }),
  );
}

/** How many columns of a terminal a text takes: Chinese characters take two. */
function columns(text: string): number {
  return [...text].reduce((sum, character) => sum + (character > '\u2e7f' ? 2 : 1), 0);
}

/** Longer than any value that a person reads. */
const MAX_LENGTH = 600;

/** Short, and without control characters, direction marks and the like. */
function printable(text: string): string {
  const plain = text.replace(/[\p{C}\u2028\u2029]/gu, '\u{FFFD}');
  return plain.length > MAX_LENGTH ? `${plain.slice(0, MAX_LENGTH)}…` : plain;
}
