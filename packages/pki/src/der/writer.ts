/**
 * DER writer (X.690). A structure is put together as a light tree whose sizes are known as it grows, and written
 * once into one array of the right size. Whatever is already DER (a `Uint8Array`) is a leaf: static parts of a
 * certificate are encoded once and used again.
 */
import { DerError } from '../errors.ts';
import { encodeOid } from './oid.ts';
import { contextTag, tag } from './tag.ts';
import { encodeTime, generalizedText } from './time.ts';

/** An element to be written: DER already, or a tag around parts. */
export type Der = Uint8Array | DerNode;

interface DerNode {
  readonly tag: number;
  /** Octet between header and parts: the unused-bits count of a BIT STRING. */
  readonly lead: number | undefined;
  readonly parts: readonly Der[];
  readonly contentLength: number;
  readonly size: number;
}

const utf8 = new TextEncoder();

function sizeOf(part: Der): number {
  return part instanceof Uint8Array ? part.length : part.size;
}

function lengthOctets(length: number): number {
  return length < 0x80 ? 1 : length < 0x100 ? 2 : length < 0x10000 ? 3 : length < 0x1000000 ? 4 : 5;
}

function node(identifier: number, parts: readonly Der[], lead?: number): DerNode {
  let contentLength = lead === undefined ? 0 : 1;
  for (const part of parts) contentLength += sizeOf(part);
  return {
    tag: identifier,
    lead,
    parts,
    contentLength,
    size: 1 + lengthOctets(contentLength) + contentLength,
  };
}

/** The DER of an element, in an array of its own. */
export function encode(element: Der): Uint8Array {
  const out = new Uint8Array(sizeOf(element));
  write(element, out, 0);
  return out;
}

function write(element: Der, out: Uint8Array, start: number): number {
  if (element instanceof Uint8Array) {
    out.set(element, start);
    return start + element.length;
  }
  let at = start;
  out[at++] = element.tag;
  const length = element.contentLength;
  if (length < 0x80) {
    out[at++] = length;
  } else {
    const count = lengthOctets(length) - 1;
    out[at++] = 0x80 | count;
    for (let shift = (count - 1) * 8; shift >= 0; shift -= 8) out[at++] = (length >>> shift) & 0xff;
  }
  if (element.lead !== undefined) out[at++] = element.lead;
  for (const part of element.parts) at = write(part, out, at);
  return at;
}

/** Any tag around raw content octets or elements. `identifier` is the whole identifier octet. */
export function tagged(identifier: number, ...parts: readonly Der[]): Der {
  return node(identifier, parts);
}

export function sequence(...parts: readonly Der[]): Der {
  return node(tag.sequence, parts);
}

/** SET OF: the parts come out in DER's order (X.690 §11.6). */
export function setOf(...parts: readonly Der[]): Der {
  if (parts.length < 2) return node(tag.set, parts);
  return node(tag.set, parts.map(encode).sort(compareOctets));
}

/** X.690 §11.6: shorter encodings count as padded with zero octets, which for DER is plain lexicographic order. */
function compareOctets(a: Uint8Array, b: Uint8Array): number {
  return Buffer.compare(a, b);
}

/** `[number] EXPLICIT` around one element. */
export function explicit(number: number, element: Der): Der {
  return node(contextTag(number, true), [element]);
}

export function boolean(value: boolean): Der {
  return Uint8Array.of(tag.boolean, 1, value ? 0xff : 0);
}

export const NULL: Uint8Array = Uint8Array.of(tag.null, 0);

/** INTEGER from a number or bigint of either sign. */
export function integer(value: number | bigint): Der {
  let left = BigInt(value);
  const octets: number[] = [];
  do {
    octets.push(Number(BigInt.asUintN(8, left)));
    left >>= 8n;
  } while (left !== 0n && left !== -1n);
  const top = octets.at(-1) ?? 0;
  if (left === 0n && top >= 0x80) octets.push(0);
  if (left === -1n && top < 0x80) octets.push(0xff);
  return node(tag.integer, [Uint8Array.from(octets.reverse())]);
}

/** ENUMERATED from 0 to 127. */
export function enumerated(value: number): Der {
  return Uint8Array.of(tag.enumerated, 1, value);
}

/** INTEGER from the big-endian octets of a number that is not negative; leading zeros are dropped as DER asks. */
export function unsignedInteger(octets: Uint8Array): Der {
  let start = 0;
  while (start < octets.length - 1 && octets[start] === 0) start++;
  const trimmed = octets.subarray(start);
  const top = trimmed[0];
  if (top === undefined) return node(tag.integer, [Uint8Array.of(0)]);
  return top < 0x80 ? node(tag.integer, [trimmed]) : node(tag.integer, [trimmed], 0);
}

/** The same few identifiers stand in every certificate. Bounded, in case some come from outside. */
const oids = new Map<string, Uint8Array>();
const MAX_OIDS = 512;

/** @throws PkiError `bad-oid` */
export function oid(dotted: string): Uint8Array {
  const known = oids.get(dotted);
  if (known) return known;
  const element = encode(node(tag.oid, [encodeOid(dotted)]));
  if (oids.size < MAX_OIDS) oids.set(dotted, element);
  return element;
}

export function octetString(...content: readonly Der[]): Der {
  return node(tag.octetString, content);
}

/** BIT STRING of whole octets (keys, signatures). */
export function bitString(...content: readonly Der[]): Der {
  return node(tag.bitString, content, 0);
}

/** BIT STRING with named bits: bit 0 is the leftmost; trailing zero bits are left out (X.690 §11.2.2). */
export function namedBits(bits: readonly number[]): Der {
  const last = Math.max(-1, ...bits);
  const octets = new Uint8Array(last < 0 ? 0 : (last >> 3) + 1);
  for (const bit of bits) octets[bit >> 3] = (octets[bit >> 3] ?? 0) | (0x80 >> (bit & 7));
  return node(tag.bitString, [octets], last < 0 ? 0 : 7 - (last & 7));
}

export function utf8String(text: string): Der {
  return node(tag.utf8String, [utf8.encode(text)]);
}

const PRINTABLE = /^[A-Za-z0-9 '()+,\-./:=?]*$/;

/** Whether a text may stand in a PrintableString (X.680 §41.4). */
export function isPrintable(text: string): boolean {
  return PRINTABLE.test(text);
}

/** @throws DerError `bad-value` for a character that a PrintableString cannot hold */
export function printableString(text: string): Der {
  if (!isPrintable(text)) throw new DerError('bad-value', 'text does not fit a PrintableString');
  return node(tag.printableString, [utf8.encode(text)]);
}

/** @throws DerError `bad-value` for a character beyond ASCII */
export function ia5String(text: string): Der {
  return node(tag.ia5String, [ascii(text)]);
}

/** ASCII octets, for IMPLICIT IA5Strings. @throws DerError `bad-value` beyond ASCII */
export function ascii(text: string): Uint8Array {
  const octets = utf8.encode(text);
  if (octets.length !== text.length) throw new DerError('bad-value', 'text does not fit an IA5String');
  return octets;
}

/** A certificate's `Time`: UTCTime to 2049, GeneralizedTime from 2050 (RFC 5280 §4.1.2.5). */
export function time(value: Date): Der {
  const { form, text } = encodeTime(value);
  return node(form === 'utc' ? tag.utcTime : tag.generalizedTime, [ascii(text)]);
}

/** GeneralizedTime whatever the year, whole seconds. @throws PkiError `bad-time` */
export function generalizedTime(value: Date): Der {
  encodeTime(value);
  return node(tag.generalizedTime, [ascii(generalizedText(value))]);
}
