/** Character string types as they are found in certificates, DER or not. */
import { DerError } from '../errors.ts';
import { tag } from './tag.ts';

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const gb18030 = new TextDecoder('gb18030', { fatal: true });

/** Tags whose content `decodeText` turns into a string. */
export const textTags: ReadonlySet<number> = new Set([
  tag.utf8String,
  tag.numericString,
  tag.printableString,
  tag.t61String,
  tag.ia5String,
  tag.visibleString,
  tag.universalString,
  tag.bmpString,
]);

/**
 * Text of a character string's content octets.
 *
 * PrintableString, IA5String and the like are read as ASCII without a look at their narrower alphabets: real
 * certificates put `@`, `_` and `*` into PrintableStrings. T61String has no meaning that anybody kept to: as
 * Chinese CAs used it, its octets beyond ASCII are UTF-8 or GBK, so both are tried in that order, then Latin-1.
 * @throws DerError `bad-value` for octets that the type cannot hold
 */
export function decodeText(identifier: number, content: Uint8Array, offset = 0): string {
  switch (identifier) {
    case tag.utf8String:
      return decodeOr(strictUtf8, content) ?? fail('UTF8String holds no UTF-8', offset);
    case tag.bmpString:
      return decodeBmp(content, offset);
    case tag.universalString:
      return decodeUniversal(content, offset);
    case tag.t61String:
      return (
        decodeOr(strictUtf8, content) ?? decodeOr(gb18030, content) ?? Buffer.from(content).toString('latin1')
      );
    default:
      return decodeAscii(content, offset);
  }
}

/** ASCII octets as text. @throws DerError `bad-value` */
export function decodeAscii(content: Uint8Array, offset = 0): string {
  if (content.some((octet) => octet > 0x7f)) fail('octet beyond ASCII', offset);
  return Buffer.from(content.buffer, content.byteOffset, content.length).toString('latin1');
}

function decodeOr(decoder: InstanceType<typeof TextDecoder>, content: Uint8Array): string | undefined {
  try {
    return decoder.decode(content);
  } catch {
    return undefined;
  }
}

function decodeBmp(content: Uint8Array, offset: number): string {
  if (content.length % 2 !== 0) fail('BMPString of an odd number of octets', offset);
  const text = Buffer.from(content).swap16().toString('utf16le');
  return text.isWellFormed() ? text : fail('BMPString with half a surrogate pair', offset);
}

function decodeUniversal(content: Uint8Array, offset: number): string {
  if (content.length % 4 !== 0) fail('UniversalString not of whole characters', offset);
  const view = new DataView(content.buffer, content.byteOffset, content.length);
  let text = '';
  for (let at = 0; at < content.length; at += 4) {
    const point = view.getUint32(at);
    if (point > 0x10ffff || (point >= 0xd800 && point < 0xe000))
      fail('UniversalString with no such character', offset);
    text += String.fromCodePoint(point);
  }
  return text;
}

function fail(message: string, offset: number): never {
  throw new DerError('bad-value', message, offset);
}
