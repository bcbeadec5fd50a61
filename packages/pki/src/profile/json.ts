/** Reading plain JSON values with errors that name the place: `policies[1].oid: …`. */
import { encodeOid } from '../der/oid.ts';
import { PkiError } from '../errors.ts';

/** A value and where it stands. */
export class JsonValue {
  readonly value: unknown;
  readonly path: string;

  constructor(value: unknown, path = '') {
    this.value = value;
    this.path = path;
  }

  /** @throws PkiError `bad-profile` */
  fail(message: string): never {
    throw new PkiError('bad-profile', `${this.path || 'profile'}: ${message}`);
  }

  /** Fields of an object that has these keys and no others. */
  object<K extends string>(keys: readonly K[]): Record<K, JsonValue> {
    const { value } = this;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) this.fail('must be an object');
    for (const key of Object.keys(value)) {
      if (!keys.includes(key as K)) this.#field(value, key).fail('no such field');
    }
    return Object.fromEntries(keys.map((key) => [key, this.#field(value, key)])) as Record<K, JsonValue>;
  }

  #field(object: object, key: string): JsonValue {
    // Own fields alone: "constructor" or "__proto__" must not find what every object inherits.
    const value = Object.hasOwn(object, key) ? (object as Record<string, unknown>)[key] : undefined;
    return new JsonValue(value, this.path ? `${this.path}.${key}` : key);
  }

  /** What `read` makes of the value, or the fallback where the field is missing. */
  or<T>(fallback: T, read: (value: JsonValue) => T): T {
    return this.value === undefined ? fallback : read(this);
  }

  list<T>(read: (item: JsonValue) => T): T[] {
    if (!Array.isArray(this.value)) this.fail('must be a list');
    return this.value.map((item, index) => read(new JsonValue(item, `${this.path}[${index}]`)));
  }

  /** A list with at least one item. */
  filledList<T>(read: (item: JsonValue) => T): T[] {
    const items = this.list(read);
    return items.length > 0 ? items : this.fail('must not be empty');
  }

  text(): string {
    return typeof this.value === 'string' && this.value !== '' ? this.value : this.fail('must be a text');
  }

  boolean(): boolean {
    return typeof this.value === 'boolean' ? this.value : this.fail('must be true or false');
  }

  whole(min: number, max: number): number {
    const { value } = this;
    const fits = typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max;
    return fits ? value : this.fail(`must be a whole number from ${min} to ${max}`);
  }

  oneOf<T extends string>(choices: readonly T[]): T {
    return (
      choices.find((choice) => choice === this.value) ?? this.fail(`must be one of ${choices.join(', ')}`)
    );
  }

  oid(): string {
    const text = this.text();
    try {
      encodeOid(text);
    } catch {
      this.fail('must be an object identifier such as 1.2.156.10260.4.1.2');
    }
    return text;
  }

  uri(): string {
    const text = this.text();
    // A host and, of what stands in certificates everywhere, not more than everybody reads.
    return /^(?:https?|ldaps?):\/\/[^/][\x21-\x7e]*$/.test(text) && URL.canParse(text) && text.length <= 1024
      ? text
      : this.fail('must be an http or ldap address in ASCII, of at most 1024 characters');
  }
}
