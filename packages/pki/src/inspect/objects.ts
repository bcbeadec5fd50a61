/** What a file holds, however it came: PEM with several blocks, DER, bare base64, or a bag of certificates (PKCS#7). */
import { DerReader } from '../der/reader.ts';
import { contextTag, tag } from '../der/tag.ts';
import { PkiError } from '../errors.ts';
import { fromBase64, fromPem } from '../pem.ts';
import { checkCount, readBag } from './bag.ts';

/** What can be told from the outermost structure, whatever a PEM label says. */
export type ObjectKind =
  | 'certificate'
  | 'request'
  | 'crl'
  | 'public-key'
  | 'private-key'
  | 'pkcs12'
  | 'signed-message'
  | 'unknown';

export interface FoundObject {
  readonly kind: ObjectKind;
  readonly der: Uint8Array;
}

export interface FileContent {
  readonly objects: readonly FoundObject[];
  /** How they were written. */
  readonly form: 'pem' | 'der' | 'base64';
  /** Octets after the last object, which belong to nothing: padding, or a line feed. */
  readonly surplus: number;
}

/** More is no file of certificates; large revocation lists have some megabytes. */
export const MAX_FILE_OCTETS = 32 * 1024 * 1024;

const BEGIN = '-----BEGIN ';

/**
 * All objects of a file, in order; those of a PKCS#7 bag in its place.
 * @throws PkiError `too-large`; `bad-pem` where nothing is DER, PEM or base64; DerError for a bag that is broken
 */
export function readObjects(input: Uint8Array): FileContent {
  if (input.length > MAX_FILE_OCTETS) throw new PkiError('too-large', `more than ${MAX_FILE_OCTETS} octets`);
  // DER of all that is read here begins with 0x30; base64 of it begins with M, and PEM never with a zero digit.
  if (input[0] === tag.sequence) return contentOf('der', elementsOf(input));
  const text = textOf(input);
  if (text.includes(BEGIN)) return contentOf('pem', { elements: pemBlocks(text), surplus: 0 });
  return contentOf('base64', elementsOf(fromBase64(text)));
}

function contentOf(
  form: FileContent['form'],
  { elements, surplus }: { elements: readonly Uint8Array[]; surplus: number },
): FileContent {
  const objects: FoundObject[] = [];
  for (const der of elements) {
    for (const object of unpacked(der)) {
      objects.push(object);
      checkCount(objects.length);
    }
  }
  return { form, objects, surplus };
}

function unpacked(der: Uint8Array): FoundObject[] {
  const kind = kindOf(der);
  if (kind !== 'signed-message') return [{ kind, der }];
  const { certificates, crls } = readBag(der);
  const inside = [
    ...certificates.map((each) => ({ kind: 'certificate' as const, der: each })),
    ...crls.map((each) => ({ kind: 'crl' as const, der: each })),
  ];
  return inside.length > 0 ? inside : [{ kind, der }];
}

/** Text in UTF-8, or in UTF-16 where a mark says so, as some editors save it. */
function textOf(input: Uint8Array): string {
  if (input[0] === 0xff && input[1] === 0xfe) return new TextDecoder('utf-16le').decode(input);
  if (input[0] === 0xfe && input[1] === 0xff) return new TextDecoder('utf-16be').decode(input);
  return Buffer.from(input)
    .toString('latin1')
    .replace(/^\xef\xbb\xbf/, '');
}

/**
 * DER of each block. Keys with headers (RFC 1421), as encrypted ones have, are no base64: they stay what they are,
 * so that the certificates beside them are still shown.
 */
function pemBlocks(text: string): Uint8Array[] {
  const blocks: Uint8Array[] = [];
  for (let at = text.indexOf(BEGIN); at >= 0; ) {
    const next = text.indexOf(BEGIN, at + 1);
    const block = text.slice(at, next < 0 ? undefined : next);
    at = next;
    if (/^-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----/.test(block)) blocks.push(SOME_PRIVATE_KEY);
    else blocks.push(...fromPem(block).map(({ der }) => der));
    checkCount(blocks.length);
  }
  return blocks;
}

/** Stands for a private key, which is not even decoded: nothing of it can be shown by mistake. */
const SOME_PRIVATE_KEY = Uint8Array.of(0x30, 0x07, 0x02, 0x01, 0x00, 0x30, 0x00, 0x04, 0x00);

/** DER objects one behind the other; what follows them and is none is counted. */
function elementsOf(octets: Uint8Array): { elements: Uint8Array[]; surplus: number } {
  const reader = new DerReader(octets);
  const elements = [reader.next(tag.sequence).der];
  while (!reader.atEnd) {
    const { offset } = reader;
    try {
      elements.push(reader.next(tag.sequence).der);
      checkCount(elements.length);
    } catch (error) {
      if (!(error instanceof PkiError) || error.code === 'too-large') throw error;
      return { elements, surplus: octets.length - offset };
    }
  }
  return { elements, surplus: 0 };
}

/** Never throws: what fits nothing is `unknown`. */
function kindOf(der: Uint8Array): ObjectKind {
  try {
    return kindOfParts(new DerReader(der).sequence());
  } catch (error) {
    if (error instanceof PkiError) return 'unknown';
    throw error;
  }
}

function kindOfParts(outer: DerReader): ObjectKind {
  const first = outer.next();
  const second = outer.peek();
  if (first.tag === tag.oid && second === contextTag(0, true)) return 'signed-message';
  if (first.tag === tag.integer) {
    if (first.content[0] === 3 && second === tag.sequence) return 'pkcs12';
    return second === undefined ? 'unknown' : 'private-key';
  }
  if (first.tag !== tag.sequence) return 'unknown';
  if (second === tag.octetString) return 'private-key'; // EncryptedPrivateKeyInfo
  if (second === tag.bitString) return 'public-key';
  if (second !== tag.sequence) return 'unknown';
  return kindOfSigned(outer.inside(first));
}

/** By the signed part, of which certificates, requests and revocation lists each have their own order of fields. */
function kindOfSigned(signed: DerReader): ObjectKind {
  const first = signed.next();
  if (first.tag === contextTag(0, true)) return 'certificate';
  if (first.tag === tag.sequence) return 'crl'; // version 1, which leaves the version out
  if (first.tag !== tag.integer) return 'unknown';
  const second = signed.inside(signed.next(tag.sequence));
  const third = signed.next(tag.sequence);
  const fourth = signed.peek();
  if (fourth === tag.utcTime || fourth === tag.generalizedTime) return 'crl';
  if (second.peek() === tag.oid && fourth === tag.sequence) return 'certificate'; // version 1
  return signed.inside(third).peek() === tag.sequence ? 'request' : 'unknown';
}
