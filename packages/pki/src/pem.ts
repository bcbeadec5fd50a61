import { PkiError } from './errors.ts';

/** One block of a PEM text (RFC 7468). */
export interface PemBlock {
  readonly label: string;
  readonly der: Uint8Array;
}

const BEGIN = '-----BEGIN ';
const DASHES = '-----';

/** PEM text of one block, 64 characters a line, ending in a line feed (RFC 7468 §2). */
export function toPem(label: string, der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `${BEGIN}${label}${DASHES}\n${lines.join('\n')}\n-----END ${label}${DASHES}\n`;
}

/**
 * All blocks of a PEM text, in order; text around the blocks is skipped. CRLF and odd line lengths are taken.
 * @throws PkiError `bad-pem` for no block, a block without its end, headers, or content that is not base64
 */
export function fromPem(text: string): PemBlock[] {
  const blocks: PemBlock[] = [];
  for (let at = text.indexOf(BEGIN); at >= 0; at = text.indexOf(BEGIN, at)) {
    const labelEnd = text.indexOf(DASHES, at + BEGIN.length);
    if (labelEnd < 0 || labelEnd - at > 100) throw new PkiError('bad-pem', 'PEM block without a label');
    const label = text.slice(at + BEGIN.length, labelEnd);
    const endLine = `-----END ${label}${DASHES}`;
    const end = text.indexOf(endLine, labelEnd + DASHES.length);
    if (end < 0) throw new PkiError('bad-pem', `PEM block ${JSON.stringify(label)} has no end`);
    blocks.push({ label, der: fromBase64(text.slice(labelEnd + DASHES.length, end)) });
    at = end + endLine.length;
  }
  if (blocks.length === 0) throw new PkiError('bad-pem', 'no PEM block found');
  return blocks;
}

/** @throws PkiError `bad-pem` for anything but base64 and white space */
export function fromBase64(text: string): Uint8Array {
  const compact = text.replace(/[\t\n\r ]+/g, '');
  if (compact.length === 0 || compact.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(compact)) {
    throw new PkiError('bad-pem', 'not base64');
  }
  return new Uint8Array(Buffer.from(compact, 'base64'));
}

/** Certificates and requests are a few kilobytes; more than this is refused before it is looked at. */
const MAX_OCTETS = 65_536;

/**
 * DER of one object, however it came: DER, PEM or bare base64, as octets or text. The result is a copy of the
 * caller's bytes, so that what was verified cannot change afterwards.
 * @param labels PEM labels that the object may stand under; the text must hold exactly one such block
 * @param maxOctets of the DER
 * @throws PkiError `bad-pem`, `too-large`
 */
export function derFrom(
  input: Uint8Array | string,
  labels: readonly string[],
  maxOctets = MAX_OCTETS,
): Uint8Array {
  if (input.length > maxOctets * 2) throw new PkiError('too-large', `more than ${maxOctets} octets`);
  const der = typeof input === 'string' ? derFromText(input, labels) : derFromOctets(input, labels);
  if (der.length > maxOctets) throw new PkiError('too-large', `more than ${maxOctets} octets`);
  return der;
}

function derFromOctets(octets: Uint8Array, labels: readonly string[]): Uint8Array {
  // DER starts with 0x30; base64 of DER starts with M, and PEM never with a zero digit.
  if (octets[0] === 0x30) return new Uint8Array(octets);
  return derFromText(
    Buffer.from(octets)
      .toString('latin1')
      .replace(/^\xef\xbb\xbf/, ''),
    labels,
  );
}

function derFromText(text: string, labels: readonly string[]): Uint8Array {
  if (!text.includes(BEGIN)) return fromBase64(text.replace(/^\ufeff/, ''));
  const blocks = fromPem(text).filter(({ label }) => labels.includes(label));
  const [block] = blocks;
  if (!block || blocks.length > 1)
    throw new PkiError('bad-pem', `${blocks.length} PEM blocks ${labels[0]} where one belongs`);
  return block.der;
}
