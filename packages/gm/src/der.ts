/**
 * The little of DER (ITU-T X.690) that SM2 keys and ciphertexts need. Strict: one encoding for each value, nothing left over.
 * Throws plain `RangeError`s; callers turn them into the GmError of what they were reading.
 */

export const Tag = {
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  oid: 0x06,
  sequence: 0x30,
  context0: 0xa0,
  context1: 0xa1,
} as const;

/** One TLV of the given content parts. */
export function encode(tag: number, ...parts: Uint8Array[]): Uint8Array {
  const content = Buffer.concat(parts);
  return new Uint8Array(Buffer.concat([Uint8Array.of(tag, ...lengthOctets(content.length)), content]));
}

/** A non-negative INTEGER of big-endian bytes of any width. */
export function encodeUnsigned(value: Uint8Array): Uint8Array {
  let start = 0;
  while (start < value.length - 1 && value[start] === 0) start++;
  const digits = value.subarray(start);
  const needsZero = (digits[0] ?? 0x80) >= 0x80;
  return encode(Tag.integer, needsZero ? Uint8Array.of(0) : new Uint8Array(), digits);
}

function lengthOctets(length: number): number[] {
  if (length < 0x80) return [length];
  const octets: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) octets.unshift(rest % 256);
  return [0x80 | octets.length, ...octets];
}

/** Reads TLVs one after the other out of `bytes`. */
export class DerReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** The tag of the next TLV, undefined at the end. */
  get next(): number | undefined {
    return this.#bytes[this.#at];
  }

  /** The content of the next TLV, which must have this tag. */
  read(tag: number): Uint8Array {
    if (this.next !== tag) throw new RangeError('unexpected DER tag');
    this.#at++;
    const length = this.#readLength();
    const end = this.#at + length;
    if (end > this.#bytes.length) throw new RangeError('DER value is cut off');
    const content = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return content;
  }

  /** Reads the next TLV, a constructed one, by `body`, which must use it up. */
  inside<T>(tag: number, body: (reader: DerReader) => T): T {
    const reader = new DerReader(this.read(tag));
    const result = body(reader);
    reader.end();
    return result;
  }

  /** The next TLV, a non-negative INTEGER, as exactly `width` big-endian bytes. */
  readUnsigned(width: number): Uint8Array {
    const content = this.read(Tag.integer);
    const [first, second] = content;
    if (first === undefined || first >= 0x80) throw new RangeError('DER INTEGER is empty or negative');
    if (first === 0 && second !== undefined && second < 0x80)
      throw new RangeError('DER INTEGER is not minimal');
    const digits = first === 0 ? content.subarray(1) : content;
    if (digits.length > width) throw new RangeError('DER INTEGER is too large');
    const fixed = new Uint8Array(width);
    fixed.set(digits, width - digits.length);
    return fixed;
  }

  /** Refuses bytes after the last TLV. */
  end(): void {
    if (this.#at !== this.#bytes.length) throw new RangeError('bytes left over after DER value');
  }

  #readLength(): number {
    const first = this.#octet();
    if (first < 0x80) return first;
    const count = first & 0x7f;
    if (count === 0 || count > 4) throw new RangeError('DER length is indefinite or too large');
    let length = 0;
    for (let i = 0; i < count; i++) length = length * 256 + this.#octet();
    if (length < 0x80 || length < 256 ** (count - 1)) throw new RangeError('DER length is not minimal');
    return length;
  }

  #octet(): number {
    const octet = this.#bytes[this.#at++];
    if (octet === undefined) throw new RangeError('DER value is cut off');
    return octet;
  }
}
