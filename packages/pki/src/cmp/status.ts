/** PKIStatusInfo, RFC 4210 §5.2.3: how a CA says yes, wait or no. */
import type { DerReader } from '../der/reader.ts';
import { tag } from '../der/tag.ts';
import { type Der, integer, namedBits, sequence, utf8String } from '../der/writer.ts';
import { PkiError } from '../errors.ts';

/** PKIStatus in the order of its numbers. */
export const cmpStatuses = [
  'accepted',
  'grantedWithMods',
  'rejection',
  'waiting',
  'revocationWarning',
  'revocationNotification',
  'keyUpdateWarning',
] as const;
export type CmpStatus = (typeof cmpStatuses)[number];

/** PKIFailureInfo in the order of its bits. */
export const cmpFailures = [
  'badAlg',
  'badMessageCheck',
  'badRequest',
  'badTime',
  'badCertId',
  'badDataFormat',
  'wrongAuthority',
  'incorrectData',
  'missingTimeStamp',
  'badPOP',
  'certRevoked',
  'certConfirmed',
  'wrongIntegrity',
  'badRecipientNonce',
  'timeNotAvailable',
  'unacceptedPolicy',
  'unacceptedExtension',
  'addInfoNotAvailable',
  'badSenderNonce',
  'badCertTemplate',
  'signerNotTrusted',
  'transactionIdInUse',
  'unsupportedVersion',
  'notAuthorized',
  'systemUnavail',
  'systemFailure',
  'duplicateCertReq',
] as const;
export type CmpFailure = (typeof cmpFailures)[number];

export interface CmpStatusInfo {
  readonly status: CmpStatus;
  /** What the other side says about it; a stranger's words. */
  readonly text: readonly string[];
  /** Bits that this table does not know are left out. */
  readonly failures: readonly CmpFailure[];
}

export function encodeStatusInfo({ status, text, failures }: CmpStatusInfo): Der {
  return sequence(
    integer(cmpStatuses.indexOf(status)),
    ...(text.length > 0 ? [freeText(text)] : []),
    ...(failures.length > 0 ? [namedBits(failures.map((name) => cmpFailures.indexOf(name)))] : []),
  );
}

/** @throws DerError; PkiError `bad-cmp` for a status that does not exist */
export function readStatusInfo(reader: DerReader): CmpStatusInfo {
  const inside = reader.sequence();
  const status = cmpStatuses[inside.smallInteger()];
  if (!status) throw new PkiError('bad-cmp', 'no such PKIStatus');
  const text = inside.peek() === tag.sequence ? readFreeText(inside) : [];
  const bits = inside.peek() === tag.bitString ? inside.namedBits() : [];
  inside.end();
  return { status, text, failures: bits.flatMap((bit) => cmpFailures[bit] ?? []) };
}

/** PKIFreeText: at least one UTF8String. */
export function freeText(text: readonly string[]): Der {
  return sequence(...text.map(utf8String));
}

export function readFreeText(reader: DerReader): string[] {
  const list = reader.sequence();
  const text: string[] = [];
  do text.push(list.text());
  while (!list.atEnd);
  return text;
}

/** An INTEGER of either sign within 32 bits, as certReqId is (-1 answers a PKCS#10 request, RFC 9480 §2.2). */
export function readRequestId(reader: DerReader): number {
  const { offset } = reader;
  const value = reader.integer();
  if (value < -1n || value > 0x7fffffffn)
    throw new PkiError('bad-cmp', `certReqId out of range (at octet ${offset})`);
  return Number(value);
}

/** SEQUENCE OF at most 64 elements: nothing in certdesk's use of CMP comes in numbers. */
export function readList<T>(reader: DerReader, read: (list: DerReader) => T): T[] {
  const list = reader.sequence();
  const items: T[] = [];
  while (!list.atEnd) {
    if (items.length === 64) throw new PkiError('too-large', 'more than 64 elements in a CMP message');
    items.push(read(list));
  }
  return items;
}
