/**
 * Strict DER reader (X.690): a cursor over one constructed element. No length is believed before it is compared
 * with what is there, nothing is copied, and nesting is bounded. Every failure is a `DerError` or, for the content
 * of object identifiers and times, a `PkiError`.
 */
import { DerError } from '../errors.ts';
import { decodeOid } from './oid.ts';
import { tag } from './tag.ts';
import { decodeText, textTags } from './text.ts';
import { decodeTime } from './time.ts';

/** Certificates nest to about 12; deeper input is an attack or nonsense. */
const MAX_DEPTH = 32;

/** One element: its identifier octet, its content, and the whole of it, all views of the input. */
export interface Element {
  readonly tag: number;
  readonly content: Uint8Array;
  readonly der: Uint8Array;
  /** Where the content begins, counted from the start of the whole input. */
  readonly offset: number;
}

export class DerReader {
  readonly #octets: Uint8Array;
  /** Position of `#octets[0]` in the whole input, for error messages. */
  readonly #base: number;
  readonly #depth: number;
  #at = 0;

  constructor(octets: Uint8Array, base = 0, depth = 0) {
    if (depth > MAX_DEPTH) throw new DerError('too-deep', `more than ${MAX_DEPTH} levels`, base);
    this.#octets = octets;
    this.#base = base;
    this.#depth = depth;
  }

  get offset(): number {
    return this.#base + this.#at;
  }

  get atEnd(): boolean {
    return this.#at >= this.#octets.length;
  }

  /** Identifier octet of the next element, undefined at the end. */
  peek(): number | undefined {
    return this.#octets[this.#at];
  }

  /** The next element, whatever it is, or of the tag given. */
  next(expected?: number): Element {
    const octets = this.#octets;
    const start = this.#at;
    const identifier = octets[start];
    if (identifier === undefined) throw new DerError('truncated', 'element missing', this.offset);
    if (expected !== undefined && identifier !== expected) {
      throw new DerError(
        'unexpected-tag',
        `tag ${hex(identifier)} where ${hex(expected)} belongs`,
        this.offset,
      );
    }
    if ((identifier & 0x1f) === 0x1f || identifier === 0) {
      throw new DerError('bad-tag', `tag ${hex(identifier)} is not used here`, this.offset);
    }
    let at = start + 1;
    let length = octets[at++];
    if (length === undefined) throw new DerError('truncated', 'length missing', this.offset);
    if (length >= 0x80) {
      const count = length & 0x7f;
      // 0x80 is BER's indefinite length; five octets would be more than 4 GiB.
      if (count === 0 || count > 4)
        throw new DerError('bad-length', 'indefinite or oversized length', this.offset);
      length = 0;
      for (let i = 0; i < count; i++) {
        const octet = octets[at++];
        if (octet === undefined) throw new DerError('truncated', 'length cut off', this.offset);
        length = length * 256 + octet;
      }
      if (length < 0x80 || length < 256 ** (count - 1)) {
        throw new DerError('bad-length', 'length is not in its shortest form', this.offset);
      }
    }
    const end = at + length;
    if (end > octets.length) {
      throw new DerError('truncated', `${length} octets announced, ${octets.length - at} there`, this.offset);
    }
    this.#at = end;
    return {
      tag: identifier,
      content: octets.subarray(at, end),
      der: octets.subarray(start, end),
      offset: this.#base + at,
    };
  }

  /** The next element if it has this tag. */
  optional(expected: number): Element | undefined {
    return this.peek() === expected ? this.next() : undefined;
  }

  /** Cursor over the content of an element just read. */
  inside(element: Element): DerReader {
    return new DerReader(element.content, element.offset, this.#depth + 1);
  }

  sequence(): DerReader {
    return this.inside(this.next(tag.sequence));
  }

  set(): DerReader {
    return this.inside(this.next(tag.set));
  }

  /** Cursor into `[number]` constructed, if that comes next: EXPLICIT, or an IMPLICIT SEQUENCE. */
  optionalContext(number: number): DerReader | undefined {
    const element = this.optional(0xa0 | number);
    return element && this.inside(element);
  }

  /** Ends reading: nothing may be left. */
  end(): void {
    if (!this.atEnd)
      throw new DerError('trailing-data', `${this.#octets.length - this.#at} octets left over`, this.offset);
  }

  boolean(): boolean {
    const { content, offset } = this.next(tag.boolean);
    if (content.length === 1 && content[0] === 0xff) return true;
    if (content.length === 1 && content[0] === 0) return false;
    throw new DerError('bad-value', 'BOOLEAN is neither TRUE nor FALSE', offset);
  }

  /** `BOOLEAN DEFAULT FALSE`. DER leaves FALSE out; real certificates write it, so it is taken. */
  defaultFalse(): boolean {
    return this.peek() === tag.boolean && this.boolean();
  }

  null(): void {
    const { content, offset } = this.next(tag.null);
    if (content.length > 0) throw new DerError('bad-value', 'NULL with content', offset);
  }

  /** Content octets of an INTEGER: two's complement, shortest form. */
  integerOctets(): Uint8Array {
    return checkedInteger(this.next(tag.integer));
  }

  integer(): bigint {
    const octets = this.integerOctets();
    const value = BigInt(`0x${Buffer.from(octets).toString('hex')}`);
    return BigInt.asIntN(octets.length * 8, value);
  }

  /** An INTEGER from 0 to 2^31 - 1, as path lengths and versions are. */
  smallInteger(): number {
    const { offset } = this;
    const octets = this.integerOctets();
    let value = 0;
    for (const octet of octets) value = value * 256 + octet;
    const negative = (octets[0] ?? 0) >= 0x80;
    if (negative || octets.length > 4) throw new DerError('bad-value', 'INTEGER out of range', offset);
    return value;
  }

  /** An ENUMERATED from 0 to 127: reasons and statuses are no more. */
  enumerated(): number {
    const { content, offset } = this.next(tag.enumerated);
    const [value = 0x80] = content;
    if (content.length !== 1 || value >= 0x80)
      throw new DerError('bad-value', 'ENUMERATED out of range', offset);
    return value;
  }

  oid(): string {
    return decodeOid(this.next(tag.oid).content);
  }

  octetString(): Uint8Array {
    return this.next(tag.octetString).content;
  }

  /** BIT STRING of whole octets (keys, signatures). */
  bitString(): Uint8Array {
    const { content, offset } = this.next(tag.bitString);
    if (content[0] !== 0) throw new DerError('bad-value', 'BIT STRING does not hold whole octets', offset);
    return content.subarray(1);
  }

  /**
   * Numbers of the bits set in a BIT STRING with named bits. DER drops trailing zero bits; real certificates keep
   * them (`03 02 00 C0`), so they are taken. Unused bits must be zero all the same.
   */
  namedBits(): number[] {
    const { content, offset } = this.next(tag.bitString);
    const unused = content[0];
    if (unused === undefined || unused > 7 || (content.length === 1 && unused > 0)) {
      throw new DerError('bad-value', 'BIT STRING with a wrong count of unused bits', offset);
    }
    if (content.length > 9) throw new DerError('bad-value', 'BIT STRING with too many named bits', offset);
    if (unused > 0 && ((content.at(-1) ?? 0) & ((1 << unused) - 1)) !== 0) {
      throw new DerError('bad-value', 'BIT STRING with unused bits set', offset);
    }
    const bits: number[] = [];
    content.subarray(1).forEach((octet, index) => {
      for (let bit = 0; bit < 8; bit++) if (octet & (0x80 >> bit)) bits.push(index * 8 + bit);
    });
    return bits;
  }

  /** Any character string type. @throws DerError `unexpected-tag` for another type */
  text(): string {
    const element = this.next();
    if (!textTags.has(element.tag)) {
      throw new DerError(
        'unexpected-tag',
        `tag ${hex(element.tag)} is not a character string`,
        element.offset,
      );
    }
    return decodeText(element.tag, element.content, element.offset);
  }

  /** UTCTime or GeneralizedTime. */
  time(): Date {
    const element = this.next();
    if (element.tag !== tag.utcTime && element.tag !== tag.generalizedTime) {
      throw new DerError('unexpected-tag', `tag ${hex(element.tag)} is not a time`, element.offset);
    }
    const text = decodeText(tag.ia5String, element.content, element.offset);
    return decodeTime(text, element.tag === tag.utcTime ? 'utc' : 'generalized');
  }
}

/** GeneralizedTime alone, as OCSP has it everywhere. */
export function readGeneralizedTime(reader: DerReader): Date {
  if (reader.peek() === tag.utcTime)
    throw new DerError('unexpected-tag', 'UTCTime is not used here', reader.offset);
  return reader.time();
}

function checkedInteger({ content, offset }: Element): Uint8Array {
  const [first, second] = content;
  if (first === undefined) throw new DerError('bad-value', 'INTEGER without content', offset);
  if (second !== undefined && ((first === 0 && second < 0x80) || (first === 0xff && second >= 0x80))) {
    throw new DerError('bad-value', 'INTEGER is not in its shortest form', offset);
  }
  return content;
}

function hex(octet: number): string {
  return `0x${octet.toString(16).padStart(2, '0')}`;
}

/**
 * Reads one element that is all of the input: `read` gets a cursor before it.
 * @throws DerError `trailing-data` if anything follows
 */
export function readDer<T>(octets: Uint8Array, read: (reader: DerReader) => T): T {
  const reader = new DerReader(octets);
  const value = read(reader);
  reader.end();
  return value;
}
