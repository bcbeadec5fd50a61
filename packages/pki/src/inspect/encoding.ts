/** How things were written that parsing only reads: forms that DER or RFC 5280 has otherwise, and real certificates all the same. */
import type { Certificate } from '../certificate/certificate.ts';
import { type Extension, extensionOid } from '../certificate/extensions/extension.ts';
import { type Element, readDer } from '../der/reader.ts';
import { contextTag, tag } from '../der/tag.ts';
import { PkiError } from '../errors.ts';
import { attributeTypes, type Name } from '../name.ts';

/** One attribute of a name as it stands. */
export interface WrittenAttribute {
  /** Short name or dotted identifier. */
  readonly type: string;
  readonly tag: number;
  readonly content: Uint8Array;
}

const shortNames: ReadonlyMap<string, string> = new Map(
  Object.entries(attributeTypes).map(([short, oid]) => [oid, short]),
);

export function writtenAttributes({ der }: Name): WrittenAttribute[] {
  return readDer(der, (reader) => {
    const names = reader.sequence();
    const attributes: WrittenAttribute[] = [];
    while (!names.atEnd) {
      const rdn = names.set();
      while (!rdn.atEnd) {
        const attribute = rdn.sequence();
        const oid = attribute.oid();
        const value = attribute.next();
        attributes.push({ type: shortNames.get(oid) ?? oid, tag: value.tag, content: value.content });
      }
    }
    return attributes;
  });
}

export interface WrittenFields {
  /** Version 1, which is the default and left out in DER, was written. */
  readonly versionWritten: boolean;
  readonly times: readonly Element[];
  readonly uniqueIdentifiers: boolean;
}

/** Of a certificate that has been parsed. */
export function writtenFields({ tbs }: Certificate): WrittenFields {
  return readDer(tbs, (reader) => {
    const fields = reader.sequence();
    const version = fields.optionalContext(0);
    const versionWritten = version?.smallInteger() === 0;
    fields.next(tag.integer);
    fields.next(tag.sequence);
    fields.next(tag.sequence);
    const validity = fields.sequence();
    const times = [validity.next(), validity.next()];
    fields.next(tag.sequence);
    fields.next(tag.sequence);
    let uniqueIdentifiers = false;
    while (!fields.atEnd) {
      const { tag: identifier } = fields.next();
      uniqueIdentifiers ||= identifier === contextTag(1, false) || identifier === contextTag(2, false);
    }
    return { versionWritten, times, uniqueIdentifiers };
  });
}

/** Whether `critical FALSE` was written, which DER leaves out. */
export function writesNotCritical({ der }: Extension): boolean {
  return (
    der !== undefined &&
    readDer(der, (reader) => {
      const inside = reader.sequence();
      inside.next(tag.oid);
      return inside.peek() === tag.boolean && !inside.boolean() && skipRest(inside);
    })
  );
}

/** Whether basic constraints say `cA FALSE`, which DER leaves out. */
export function writesNotCa(extensions: readonly Extension[]): boolean {
  return inside(extensions, extensionOid.basicConstraints, (value) =>
    readDer(value, (reader) => {
      const constraints = reader.sequence();
      return constraints.peek() === tag.boolean && !constraints.boolean() && skipRest(constraints);
    }),
  );
}

/** Key usage with trailing zero bits, `03 02 00 C0` for one: X.690 §11.2.2 has them left out where bits have names. */
export function keepsTrailingZeroBits(extensions: readonly Extension[]): boolean {
  return inside(extensions, extensionOid.keyUsage, (value) =>
    readDer(value, (reader) => {
      const { content } = reader.next(tag.bitString);
      const [unused = 0] = content;
      return content.length > 1 && ((content.at(-1) ?? 0) & (1 << unused)) === 0;
    }),
  );
}

function skipRest(reader: { readonly atEnd: boolean; next(): Element }): true {
  while (!reader.atEnd) reader.next();
  return true;
}

function inside(
  extensions: readonly Extension[],
  oid: string,
  look: (value: Uint8Array) => boolean,
): boolean {
  const found = extensions.find((each) => each.oid === oid);
  try {
    return found !== undefined && look(found.value);
  } catch (error) {
    // What is malformed is said where it is read.
    if (error instanceof PkiError) return false;
    throw error;
  }
}
