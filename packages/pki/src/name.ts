/** Distinguished names: X.501, RFC 5280 §4.1.2.4 and §7.1, text form RFC 4514. */
import { type DerReader, type Element, readDer } from './der/reader.ts';
import { tag } from './der/tag.ts';
import { decodeText, textTags } from './der/text.ts';
import {
  type Der,
  encode,
  ia5String,
  isPrintable,
  oid,
  printableString,
  sequence,
  setOf,
  utf8String,
} from './der/writer.ts';
import { DerError, PkiError } from './errors.ts';

/** Short names of attribute types; any other is written as its dotted identifier. */
export const attributeTypes: Readonly<Record<string, string>> = {
  CN: '2.5.4.3',
  SN: '2.5.4.4',
  serialNumber: '2.5.4.5',
  C: '2.5.4.6',
  L: '2.5.4.7',
  ST: '2.5.4.8',
  street: '2.5.4.9',
  O: '2.5.4.10',
  OU: '2.5.4.11',
  title: '2.5.4.12',
  description: '2.5.4.13',
  postalCode: '2.5.4.17',
  telephoneNumber: '2.5.4.20',
  givenName: '2.5.4.42',
  dnQualifier: '2.5.4.46',
  organizationIdentifier: '2.5.4.97',
  UID: '0.9.2342.19200300.100.1.1',
  DC: '0.9.2342.19200300.100.1.25',
  emailAddress: '1.2.840.113549.1.9.1',
};

const shortNames: ReadonlyMap<string, string> = new Map(
  Object.entries(attributeTypes).map(([short, id]) => [id, short]),
);

/** Types whose value is a PrintableString by their definition, or IA5String; all others are written as UTF8String. */
const printableTypes: ReadonlySet<string> = new Set([
  'C',
  'serialNumber',
  'dnQualifier',
  'telephoneNumber',
  'postalCode',
]);
const ia5Types: ReadonlySet<string> = new Set(['DC', 'emailAddress']);

export interface NameAttribute {
  /** Short name where there is one, else the dotted identifier. */
  readonly type: string;
  /** Text; for a value that is no character string `#` and its DER in hex, as RFC 4514 §2.4 writes it. */
  readonly value: string;
  /** Set where the value is no character string. Such attributes can be read, not written. */
  readonly opaque?: true;
}

/** A name as it was received or made; `der` is exactly the octets. */
export class Name {
  readonly der: Uint8Array;
  /** Relative distinguished names from the root down; nearly all hold one attribute. */
  readonly rdns: readonly (readonly NameAttribute[])[];
  #matchKey: string | undefined;

  constructor(der: Uint8Array, rdns: readonly (readonly NameAttribute[])[]) {
    this.der = der;
    this.rdns = rdns;
  }

  /** @throws DerError, PkiError `bad-oid` */
  static parse(der: Uint8Array): Name {
    return readDer(der, (reader) => Name.read(reader));
  }

  /** Reads a name that is part of a larger structure. */
  static read(reader: DerReader): Name {
    const element = reader.next(tag.sequence);
    return new Name(element.der, readRdns(reader.inside(element)));
  }

  /**
   * Makes a name of one attribute per relative distinguished name, in the order given (root first: C, …, CN).
   * @throws PkiError `bad-name` for an unknown type, an empty value, or one its string type cannot hold
   */
  static of(attributes: readonly NameAttribute[]): Name {
    const der = encode(sequence(...attributes.map((attribute) => setOf(encodeAttribute(attribute)))));
    return new Name(
      der,
      attributes.map(({ type, value }) => [{ type: shortNames.get(type) ?? type, value }]),
    );
  }

  /** All attributes in order, from the root down. */
  get attributes(): NameAttribute[] {
    return this.rdns.flat();
  }

  /** Value of the last attribute of a type (the most specific one). */
  get(type: string): string | undefined {
    return this.attributes.findLast((attribute) => attribute.type === type)?.value;
  }

  /** Same name by RFC 5280 §7.1: case, outer and repeated inner spaces and string types do not matter. */
  equals(other: Name): boolean {
    if (Buffer.compare(this.der, other.der) === 0) return true;
    return this.#key() === other.#key();
  }

  #key(): string {
    this.#matchKey ??= JSON.stringify(this.rdns.map((rdn) => rdn.map(matchForm).sort()));
    return this.#matchKey;
  }

  /** RFC 4514 text: most specific attribute first, `CN=…,O=…,C=CN`. */
  toString(): string {
    return this.rdns
      .map((rdn) =>
        rdn.map(({ type, value, opaque }) => `${type}=${opaque ? value : escapeValue(value)}`).join('+'),
      )
      .reverse()
      .join(',');
  }
}

function matchForm({ type, value, opaque }: NameAttribute): string {
  if (opaque) return `${type}:${value}`;
  return `${type}=${value.normalize('NFKC').toLowerCase().trim().replace(/\s+/g, ' ')}`;
}

function readRdns(names: DerReader): NameAttribute[][] {
  const rdns: NameAttribute[][] = [];
  while (!names.atEnd) {
    const rdn = names.set();
    const attributes: NameAttribute[] = [];
    do attributes.push(readAttribute(rdn));
    while (!rdn.atEnd);
    rdns.push(attributes);
  }
  return rdns;
}

function readAttribute(rdn: DerReader): NameAttribute {
  const attribute = rdn.sequence();
  const id = attribute.oid();
  const value = attribute.next();
  attribute.end();
  return { type: shortNames.get(id) ?? id, ...attributeValue(value) };
}

function attributeValue({ tag: type, content, der, offset }: Element): Omit<NameAttribute, 'type'> {
  if (!textTags.has(type)) return { value: `#${Buffer.from(der).toString('hex')}`, opaque: true };
  return { value: decodeText(type, content, offset) };
}

function encodeAttribute({ type, value, opaque }: NameAttribute): Der {
  const id = Object.hasOwn(attributeTypes, type) ? (attributeTypes[type] ?? type) : type;
  if (opaque) throw new PkiError('bad-name', `${type} is no text`);
  if (value === '' || !value.isWellFormed())
    throw new PkiError('bad-name', `${type} is empty or not well-formed text`);
  try {
    return sequence(oid(id), encodeValue(type, value));
  } catch (cause) {
    const why =
      cause instanceof DerError
        ? 'its value holds a character that it cannot have'
        : 'no such attribute type';
    throw new PkiError('bad-name', `${type}: ${why}`, { cause });
  }
}

function encodeValue(type: string, value: string): Der {
  if (type === 'C') return printableString(value);
  if (ia5Types.has(type)) return ia5String(value);
  return printableTypes.has(type) && isPrintable(value) ? printableString(value) : utf8String(value);
}

function escapeValue(value: string): string {
  return value
    .replace(/["+,;<>\\]/g, '\\$&')
    .replace(/\0/g, '\\00')
    .replace(/^[ #]/, '\\$&')
    .replace(/ $/, '\\ ');
}
