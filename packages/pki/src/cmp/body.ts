/** PKIBody, RFC 4210 §5.1.2 and §5.3: the kinds of message that enrolment, confirmation and revocation take. */
import { type AlgorithmIdentifier, readAlgorithmIdentifier } from '../algorithms.ts';
import { type Extension, extensionsDer, readExtensions } from '../certificate/extensions/extension.ts';
import { type CrlReason, reasonNumber, reasonOf } from '../crl/reason.ts';
import { type DerReader, type Element, readDer } from '../der/reader.ts';
import { contextTag, tag } from '../der/tag.ts';
import { type Der, explicit, integer, NULL, octetString, sequence } from '../der/writer.ts';
import { PkiError } from '../errors.ts';
import {
  type CertRequestMessage,
  type CertTemplate,
  encodeRequestMessage,
  encodeTemplate,
  type ProofOfPossession,
  readRequestMessage,
  readTemplate,
} from './crmf.ts';
import { inContext } from './header.ts';
import {
  type CmpStatusInfo,
  encodeStatusInfo,
  freeText,
  readFreeText,
  readList,
  readRequestId,
  readStatusInfo,
} from './status.ts';

/** CertResponse. */
export interface CertResponse {
  /** As in the request; -1 (or 0, of older software) where that was PKCS#10. */
  readonly id: number;
  readonly status: CmpStatusInfo;
  /** DER. Absent while it waits and when it is refused. */
  readonly certificate?: Uint8Array;
  /** A certificate that only the key can decrypt, or a private key with it: certdesk asks for neither. */
  readonly encrypted?: true;
}

/** CertStatus, in a confirmation. */
export interface CertConfirmation {
  readonly id: number;
  /** By the hash of the certificate's own signature, or by `hashAlgorithm`. */
  readonly certificateHash: Uint8Array;
  readonly hashAlgorithm?: AlgorithmIdentifier;
  /** Absent: accepted. */
  readonly status?: CmpStatusInfo;
}

/** RevDetails: which certificate, and extensions of its CRL entry such as the reason. */
export interface Revocation {
  readonly certificate: CertTemplate;
  readonly entryExtensions?: readonly Extension[];
}

export interface PollAnswer {
  readonly id: number;
  /** In seconds. */
  readonly checkAfter: number;
  readonly reason: readonly string[];
}

export type CmpBody =
  | { readonly kind: 'ir' | 'cr' | 'kur'; readonly requests: readonly CertRequestMessage[] }
  /** PKCS#10, DER. */
  | { readonly kind: 'p10cr'; readonly request: Uint8Array }
  | {
      readonly kind: 'ip' | 'cp' | 'kup';
      /** DER. */
      readonly caCertificates: readonly Uint8Array[];
      readonly responses: readonly CertResponse[];
    }
  | { readonly kind: 'certConf'; readonly confirmations: readonly CertConfirmation[] }
  | { readonly kind: 'pkiconf' }
  | { readonly kind: 'rr'; readonly revocations: readonly Revocation[] }
  | { readonly kind: 'rp'; readonly statuses: readonly CmpStatusInfo[] }
  | { readonly kind: 'pollReq'; readonly ids: readonly number[] }
  | { readonly kind: 'pollRep'; readonly polls: readonly PollAnswer[] }
  | { readonly kind: 'error'; readonly status: CmpStatusInfo; readonly details: readonly string[] };

export type CmpBodyKind = CmpBody['kind'];

/** What is written: requests come as CertRequest and proof, so that what was signed stays as it is. */
export type CmpContent =
  | Exclude<CmpBody, { kind: 'ir' | 'cr' | 'kur' }>
  | {
      readonly kind: 'ir' | 'cr' | 'kur';
      readonly requests: readonly { readonly request: Uint8Array; readonly proof?: ProofOfPossession }[];
    };

/** Number of each kind's tag in PKIBody. */
const numbers: Readonly<Record<CmpBodyKind, number>> = {
  ir: 0,
  ip: 1,
  cr: 2,
  cp: 3,
  p10cr: 4,
  kur: 7,
  kup: 8,
  rr: 11,
  rp: 12,
  pkiconf: 19,
  error: 23,
  certConf: 24,
  pollReq: 25,
  pollRep: 26,
};
const kinds = new Map(Object.entries(numbers).map(([kind, number]) => [number, kind as CmpBodyKind]));

export function encodeBody(body: CmpContent): Der {
  return explicit(numbers[body.kind], encodeContent(body));
}

function encodeContent(body: CmpContent): Der {
  switch (body.kind) {
    case 'ir':
    case 'cr':
    case 'kur':
      return sequence(...body.requests.map(({ request, proof }) => encodeRequestMessage(request, proof)));
    case 'p10cr':
      return body.request;
    case 'ip':
    case 'cp':
    case 'kup':
      return sequence(
        ...(body.caCertificates.length > 0 ? [explicit(1, sequence(...body.caCertificates))] : []),
        sequence(...body.responses.map(encodeResponse)),
      );
    case 'certConf':
      return sequence(...body.confirmations.map(encodeConfirmation));
    case 'pkiconf':
      return NULL;
    case 'rr':
      return sequence(
        ...body.revocations.map(({ certificate, entryExtensions = [] }) =>
          sequence(
            encodeTemplate(certificate),
            ...(entryExtensions.length > 0 ? [extensionsDer(entryExtensions)] : []),
          ),
        ),
      );
    case 'rp':
      return sequence(sequence(...body.statuses.map(encodeStatusInfo)));
    case 'pollReq':
      return sequence(...body.ids.map((id) => sequence(integer(id))));
    case 'pollRep':
      return sequence(
        ...body.polls.map(({ id, checkAfter, reason }) =>
          sequence(integer(id), integer(checkAfter), ...(reason.length > 0 ? [freeText(reason)] : [])),
        ),
      );
    case 'error':
      return sequence(
        encodeStatusInfo(body.status),
        ...(body.details.length > 0 ? [freeText(body.details)] : []),
      );
  }
}

function encodeResponse({ id, status, certificate }: CertResponse): Der {
  const pair = certificate ? [sequence(explicit(0, certificate))] : [];
  return sequence(integer(id), encodeStatusInfo(status), ...pair);
}

function encodeConfirmation({ id, certificateHash, status, hashAlgorithm }: CertConfirmation): Der {
  return sequence(
    octetString(certificateHash),
    integer(id),
    ...(status ? [encodeStatusInfo(status)] : []),
    ...(hashAlgorithm ? [explicit(0, hashAlgorithm.der)] : []),
  );
}

/** @throws DerError; PkiError `bad-cmp` for a kind of message that certdesk has no use for */
export function readBody(reader: DerReader, element: Element): CmpBody {
  const number = element.tag & 0x1f;
  const kind = element.tag === contextTag(number, true) ? kinds.get(number) : undefined;
  if (!kind) throw new PkiError('bad-cmp', `a CMP body of tag ${element.tag} is not supported`);
  const inside = reader.inside(element);
  const body = readContent(kind, inside);
  inside.end();
  return body;
}

function readContent(kind: CmpBodyKind, reader: DerReader): CmpBody {
  switch (kind) {
    case 'ir':
    case 'cr':
    case 'kur':
      return { kind, requests: readList(reader, readRequestMessage) };
    case 'p10cr':
      return { kind, request: reader.next(tag.sequence).der };
    case 'ip':
    case 'cp':
    case 'kup':
      return readAnswers(kind, reader.sequence());
    case 'certConf':
      return { kind, confirmations: readList(reader, readConfirmation) };
    case 'pkiconf':
      reader.null();
      return { kind };
    case 'rr':
      return { kind, revocations: readList(reader, readRevocation) };
    case 'rp':
      return { kind, statuses: readRevocationAnswer(reader.sequence()) };
    case 'pollReq':
      return { kind, ids: readList(reader, (list) => ended(list.sequence(), readRequestId)) };
    case 'pollRep':
      return { kind, polls: readList(reader, (list) => ended(list.sequence(), readPoll)) };
    case 'error':
      return readError(reader.sequence());
  }
}

function ended<T>(reader: DerReader, read: (reader: DerReader) => T): T {
  const value = read(reader);
  reader.end();
  return value;
}

function readAnswers(kind: 'ip' | 'cp' | 'kup', reader: DerReader): CmpBody {
  const caCertificates =
    inContext(reader, 1, (inside) => readList(inside, (list) => list.next(tag.sequence).der)) ?? [];
  const responses = readList(reader, (list) => ended(list.sequence(), readResponse));
  reader.end();
  return { kind, caCertificates, responses };
}

function readResponse(reader: DerReader): CertResponse {
  const id = readRequestId(reader);
  const status = readStatusInfo(reader);
  const pair = reader.peek() === tag.sequence ? reader.sequence() : undefined;
  reader.optional(tag.octetString); // rspInfo
  if (!pair) return { id, status };
  const certificate = inContext(pair, 0, (inside) => inside.next(tag.sequence).der);
  // Whatever else stands there: a certificate or private key that is encrypted, or where it was published.
  let encrypted = false;
  while (!pair.atEnd) if (pair.next().tag !== contextTag(1, true) || !certificate) encrypted = true;
  return { id, status, ...(certificate && { certificate }), ...(encrypted && { encrypted: true as const }) };
}

function readConfirmation(list: DerReader): CertConfirmation {
  return ended(list.sequence(), (reader) => {
    const certificateHash = reader.octetString();
    const id = readRequestId(reader);
    const status = reader.peek() === tag.sequence ? readStatusInfo(reader) : undefined;
    const hashAlgorithm = inContext(reader, 0, readAlgorithmIdentifier);
    return { id, certificateHash, ...(status && { status }), ...(hashAlgorithm && { hashAlgorithm }) };
  });
}

function readRevocation(list: DerReader): Revocation {
  return ended(list.sequence(), (reader) => {
    const certificate = readTemplate(reader);
    const entryExtensions = reader.peek() === tag.sequence ? readExtensions(reader) : undefined;
    return { certificate, ...(entryExtensions && { entryExtensions }) };
  });
}

function readRevocationAnswer(reader: DerReader): CmpStatusInfo[] {
  const statuses = readList(reader, readStatusInfo);
  for (const number of [0, 1]) reader.optional(contextTag(number, true)); // revCerts, crls
  reader.end();
  return statuses;
}

function readPoll(reader: DerReader): PollAnswer {
  const id = readRequestId(reader);
  const checkAfter = reader.smallInteger();
  const reason = reader.peek() === tag.sequence ? readFreeText(reader) : [];
  return { id, checkAfter, reason };
}

function readError(reader: DerReader): CmpBody {
  const status = readStatusInfo(reader);
  reader.optional(tag.integer); // errorCode: each implementation's own
  const details = reader.peek() === tag.sequence ? readFreeText(reader) : [];
  reader.end();
  return { kind: 'error', status, details };
}

const REASON_CODE = '2.5.29.21';

/** The CRL entry's reason, as a revocation request carries it. */
export function reasonExtension(reason: CrlReason): Extension {
  return { oid: REASON_CODE, critical: false, value: Uint8Array.of(0x0a, 1, reasonNumber(reason)) };
}

/** @throws PkiError `bad-cmp` for a reason that does not exist */
export function revocationReason({ entryExtensions = [] }: Revocation): CrlReason | undefined {
  const value = entryExtensions.find((each) => each.oid === REASON_CODE)?.value;
  if (!value) return undefined;
  const number = readDer(value, (reader) => reader.next(0x0a)).content;
  const reason = number.length === 1 ? reasonOf(number[0] as number) : undefined;
  if (!reason) throw new PkiError('bad-cmp', 'no such reason for a revocation');
  return reason;
}
