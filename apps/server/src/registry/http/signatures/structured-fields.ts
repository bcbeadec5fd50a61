/**
 * Structured field values (RFC 9651, formerly 8941), as far as signatures and digests of messages need them: dictionaries of
 * byte sequences and of lists, with parameters. Decimals, dates and display strings stand in none of them and are not read.
 */

/** A word that is no string: `sha-256`, `ed25519`. */
export class Token {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}
export type BareItem = string | number | boolean | Uint8Array | Token;
export type Parameters = ReadonlyMap<string, BareItem>;
export interface Item {
  readonly value: BareItem;
  readonly parameters: Parameters;
}
export interface InnerList {
  readonly items: readonly Item[];
  readonly parameters: Parameters;
}
export type Dictionary = ReadonlyMap<string, Item | InnerList>;

/** Not a structured field of the kinds that are read here. */
export class FieldError extends Error {
  override readonly name = 'FieldError';
}

const keyForm = /[a-z*][a-z0-9_.*-]*/y;
const integerForm = /-?\d{1,15}(?![\d.])/y;
const stringForm = /"((?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)"/y;
const tokenForm = /[A-Za-z*][\w!#$%&'*+.^`|~:/-]*/y;
const octetsForm = /:([A-Za-z0-9+/]*={0,2}):/y;
const booleanForm = /\?([01])/y;

/**
 * A dictionary: of several fields of one name the last member of a name counts, as the standard says.
 * @param field the field's value, several joined by commas
 * @throws FieldError
 */
export function parseDictionary(field: string): Dictionary {
  const reader = new Reader(field.replace(/^ +| +$/g, ''));
  const members = new Map<string, Item | InnerList>();
  while (!reader.atEnd) {
    const key = reader.take(keyForm);
    const member = reader.skip('=') ? reader.member() : { value: true, parameters: reader.parameters() };
    members.delete(key);
    members.set(key, member);
    if (reader.atEnd) break;
    reader.space();
    reader.need(',');
    reader.space();
    if (reader.atEnd) throw new FieldError('nothing follows the last comma');
  }
  return members;
}

/** A member as the standard writes it: whatever it was parsed from, the same value is the same text. */
export function serialize(member: Item | InnerList): string {
  const inside =
    'items' in member ? `(${member.items.map(serialize).join(' ')})` : serializeBare(member.value);
  return inside + serializeParameters(member.parameters);
}

function serializeParameters(parameters: Parameters): string {
  return [...parameters]
    .map(([key, value]) => (value === true ? `;${key}` : `;${key}=${serializeBare(value)}`))
    .join('');
}

/** @throws FieldError for a text that no field can hold */
function serializeBare(value: BareItem): string {
  if (typeof value === 'number') return String(value);
  if (typeof value === 'boolean') return value ? '?1' : '?0';
  if (value instanceof Token) return value.text;
  if (value instanceof Uint8Array) return `:${Buffer.from(value).toString('base64')}:`;
  if (!/^[\x20-\x7e]*$/.test(value)) throw new FieldError('a string holds more than printable ASCII');
  return `"${value.replace(/["\\]/g, '\\$&')}"`;
}

class Reader {
  readonly #text: string;
  #at = 0;
  constructor(text: string) {
    this.#text = text;
  }
  get atEnd(): boolean {
    return this.#at === this.#text.length;
  }
  space(): void {
    while (this.#text[this.#at] === ' ' || this.#text[this.#at] === '\t') this.#at += 1;
  }
  skip(character: string): boolean {
    if (this.#text[this.#at] !== character) return false;
    this.#at += 1;
    return true;
  }
  need(character: string): void {
    if (!this.skip(character)) throw new FieldError(`no ${character} at ${this.#at}`);
  }
  /** What the form matches here: its group, else all of it. */
  take(form: RegExp): string {
    const found = this.find(form);
    if (found === undefined) throw new FieldError(`nothing that can be read at ${this.#at}`);
    return found;
  }
  find(form: RegExp): string | undefined {
    form.lastIndex = this.#at;
    const match = form.exec(this.#text);
    if (!match) return undefined;
    this.#at = form.lastIndex;
    return match[1] ?? match[0];
  }
  member(): Item | InnerList {
    if (!this.skip('(')) return this.item();
    const items: Item[] = [];
    for (;;) {
      while (this.skip(' '));
      if (this.skip(')')) return { items, parameters: this.parameters() };
      const before = this.#text[this.#at - 1];
      if (before !== ' ' && before !== '(') throw new FieldError(`no space at ${this.#at}`);
      items.push(this.item());
    }
  }
  item(): Item {
    return { value: this.bare(), parameters: this.parameters() };
  }
  parameters(): Parameters {
    const found = new Map<string, BareItem>();
    while (this.skip(';')) {
      while (this.skip(' '));
      const key = this.take(keyForm);
      const value = this.skip('=') ? this.bare() : true;
      found.delete(key);
      found.set(key, value);
    }
    return found;
  }
  bare(): BareItem {
    const string = this.find(stringForm);
    if (string !== undefined) return string.replace(/\\(["\\])/g, '$1');
    const octets = this.find(octetsForm);
    if (octets !== undefined) return new Uint8Array(Buffer.from(octets, 'base64'));
    const boolean = this.find(booleanForm);
    if (boolean !== undefined) return boolean === '1';
    const integer = this.find(integerForm);
    if (integer !== undefined) return Number(integer);
    return new Token(this.take(tokenForm));
  }
}
