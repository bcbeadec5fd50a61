/** PKIHeader, RFC 4210 §5.1.1 (a module of EXPLICIT TAGS). */
import { type AlgorithmIdentifier, readAlgorithmIdentifier } from '../algorithms.ts';
import {
  encodeGeneralName,
  type GeneralName,
  readGeneralName,
} from '../certificate/extensions/general-name.ts';
import { type DerReader, readDer } from '../der/reader.ts';
import { tag } from '../der/tag.ts';
import {
  type Der,
  encode,
  explicit,
  generalizedTime,
  integer,
  NULL,
  octetString,
  oid,
  sequence,
} from '../der/writer.ts';
import { PkiError } from '../errors.ts';
import { freeText, readFreeText, readList } from './status.ts';

/** InfoTypeAndValue: `value` is the DER of whatever stands there. */
export interface CmpInfo {
  readonly oid: string;
  readonly value?: Uint8Array;
}

export interface CmpHeader {
  /** cmp2000(2), or cmp2021(3) where something of RFC 9480 is used. */
  readonly version: 2 | 3;
  readonly sender: GeneralName;
  readonly recipient: GeneralName;
  readonly messageTime?: Date;
  /** Set by whoever protects the message. */
  readonly protectionAlgorithm?: AlgorithmIdentifier;
  readonly senderKey?: Uint8Array;
  readonly recipientKey?: Uint8Array;
  readonly transactionId?: Uint8Array;
  readonly senderNonce?: Uint8Array;
  readonly recipientNonce?: Uint8Array;
  readonly freeText?: readonly string[];
  readonly generalInfo?: readonly CmpInfo[];
}

const IMPLICIT_CONFIRM = '1.3.6.1.5.5.7.4.13';
const CONFIRM_WAIT_TIME = '1.3.6.1.5.5.7.4.14';

/** Asks for, or grants, that a certificate needs no confirmation (§5.1.1.1). */
export const implicitConfirm: CmpInfo = { oid: IMPLICIT_CONFIRM, value: NULL };

export function confirmsImplicitly({ generalInfo = [] }: CmpHeader): boolean {
  return generalInfo.some((info) => info.oid === IMPLICIT_CONFIRM);
}

/** Until when the CA waits for the confirmation (§5.1.1.2), where it says so. @throws PkiError for what is no time */
export function confirmWaitTime({ generalInfo = [] }: CmpHeader): Date | undefined {
  const value = generalInfo.find((info) => info.oid === CONFIRM_WAIT_TIME)?.value;
  return value && readDer(value, (reader) => reader.time());
}

export function confirmUntil(until: Date): CmpInfo {
  return { oid: CONFIRM_WAIT_TIME, value: encode(generalizedTime(until)) };
}

export function encodeHeader(header: CmpHeader): Der {
  const { freeText: text = [], generalInfo = [] } = header;
  const octets = (number: number, value: Uint8Array | undefined) =>
    value ? [explicit(number, octetString(value))] : [];
  return sequence(
    integer(header.version),
    encodeGeneralName(header.sender),
    encodeGeneralName(header.recipient),
    ...(header.messageTime ? [explicit(0, generalizedTime(header.messageTime))] : []),
    ...(header.protectionAlgorithm ? [explicit(1, header.protectionAlgorithm.der)] : []),
    ...octets(2, header.senderKey),
    ...octets(3, header.recipientKey),
    ...octets(4, header.transactionId),
    ...octets(5, header.senderNonce),
    ...octets(6, header.recipientNonce),
    ...(text.length > 0 ? [explicit(7, freeText(text))] : []),
    ...(generalInfo.length > 0
      ? [
          explicit(
            8,
            sequence(
              ...generalInfo.map((info) => sequence(oid(info.oid), ...(info.value ? [info.value] : []))),
            ),
          ),
        ]
      : []),
  );
}

/** @throws DerError; PkiError `bad-version` */
export function readHeader(reader: DerReader): CmpHeader {
  const version = reader.smallInteger();
  if (version !== 2 && version !== 3)
    throw new PkiError('bad-version', `CMP version ${version} is not supported`);
  const sender = readGeneralName(reader);
  const recipient = readGeneralName(reader);
  const messageTime = inContext(reader, 0, readMessageTime);
  const protectionAlgorithm = inContext(reader, 1, readAlgorithmIdentifier);
  const octets = (number: number) => inContext(reader, number, (inside) => inside.octetString());
  const senderKey = octets(2);
  const recipientKey = octets(3);
  const transactionId = octets(4);
  const senderNonce = octets(5);
  const recipientNonce = octets(6);
  const text = inContext(reader, 7, readFreeText);
  const generalInfo = inContext(reader, 8, (inside) => readList(inside, readInfo));
  reader.end();
  return {
    version,
    sender,
    recipient,
    ...(messageTime && { messageTime }),
    ...(protectionAlgorithm && { protectionAlgorithm }),
    ...(senderKey && { senderKey }),
    ...(recipientKey && { recipientKey }),
    ...(transactionId && { transactionId }),
    ...(senderNonce && { senderNonce }),
    ...(recipientNonce && { recipientNonce }),
    ...(text && { freeText: text }),
    ...(generalInfo && { generalInfo }),
  };
}

/** Nothing is decided by it: a fraction of a second, which some write in spite of RFC 5280, is no reason to refuse. */
function readMessageTime(reader: DerReader): Date | undefined {
  const { der } = reader.next(tag.generalizedTime);
  try {
    return readDer(der, (one) => one.time());
  } catch (error) {
    if (error instanceof PkiError) return undefined;
    throw error;
  }
}

function readInfo(reader: DerReader): CmpInfo {
  const inside = reader.sequence();
  const identifier = inside.oid();
  const value = inside.atEnd ? undefined : inside.next().der;
  inside.end();
  return { oid: identifier, ...(value && { value }) };
}

/** What stands in `[number] EXPLICIT`, if it comes next. */
export function inContext<T>(
  reader: DerReader,
  number: number,
  read: (inside: DerReader) => T,
): T | undefined {
  const inside = reader.optionalContext(number);
  if (!inside) return undefined;
  const value = read(inside);
  inside.end();
  return value;
}
