/** GeneralName, RFC 5280 §4.2.1.6: the kinds that locations and alternative names use; others are kept as DER. */
import type { DerReader } from '../../der/reader.ts';
import { contextTag, tag } from '../../der/tag.ts';
import { decodeAscii, decodeText } from '../../der/text.ts';
import { ascii, type Der, explicit, tagged } from '../../der/writer.ts';
import { Name } from '../../name.ts';

export type GeneralName =
  | { readonly kind: 'uri' | 'dns' | 'email'; readonly value: string }
  | { readonly kind: 'directoryName'; readonly value: Name }
  | { readonly kind: 'ip'; readonly value: Uint8Array }
  | { readonly kind: 'other'; readonly value: Uint8Array };

const textKinds: ReadonlyMap<number, 'uri' | 'dns' | 'email'> = new Map([
  [0x81, 'email'],
  [0x82, 'dns'],
  [0x86, 'uri'],
]);

export function uriName(uri: string): Der {
  return tagged(contextTag(6, false), ascii(uri));
}

export function encodeGeneralName(name: GeneralName): Der {
  switch (name.kind) {
    case 'uri':
      return uriName(name.value);
    case 'dns':
      return tagged(contextTag(2, false), ascii(name.value));
    case 'email':
      return tagged(contextTag(1, false), ascii(name.value));
    case 'directoryName':
      return explicit(4, name.value.der);
    case 'ip':
      return tagged(contextTag(7, false), name.value);
    case 'other':
      return name.value;
  }
}

export function readGeneralName(reader: DerReader): GeneralName {
  const element = reader.next();
  const kind = textKinds.get(element.tag);
  // Addresses of directories with Chinese names stand in real certificates as UTF-8 or GBK, though IA5String is ASCII.
  if (kind === 'uri') return { kind, value: decodeText(tag.t61String, element.content, element.offset) };
  if (kind) return { kind, value: decodeAscii(element.content, element.offset) };
  if (element.tag === contextTag(7, false)) return { kind: 'ip', value: element.content };
  if (element.tag !== contextTag(4, true)) return { kind: 'other', value: element.der };
  const inside = reader.inside(element);
  const value = Name.read(inside);
  inside.end();
  return { kind: 'directoryName', value };
}

/** GeneralNames up to the reader's end. */
export function readGeneralNames(reader: DerReader): GeneralName[] {
  const names: GeneralName[] = [];
  do names.push(readGeneralName(reader));
  while (!reader.atEnd);
  return names;
}
