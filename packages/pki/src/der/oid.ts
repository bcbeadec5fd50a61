import { PkiError } from '../errors.ts';

/** No identifier in use comes near; keeps big-number work on hostile input small. */
const MAX_OID_OCTETS = 128;

/**
 * Content octets of an OBJECT IDENTIFIER (X.690 §8.19).
 * @param dotted e.g. `1.2.156.10197.1.501`
 * @throws PkiError `bad-oid`
 */
export function encodeOid(dotted: string): Uint8Array {
  if (!/^[012](\.(0|[1-9]\d{0,38}))+$/.test(dotted))
    throw new PkiError('bad-oid', `not an object identifier: ${JSON.stringify(dotted.slice(0, 80))}`);
  const [first = 0n, second = 0n, ...rest] = dotted.split('.').map(BigInt);
  if (first < 2n && second > 39n) throw new PkiError('bad-oid', `second arc of ${dotted} exceeds 39`);
  const octets: number[] = [];
  for (const arc of [first * 40n + second, ...rest]) appendBase128(octets, arc);
  if (octets.length > MAX_OID_OCTETS) throw new PkiError('bad-oid', 'object identifier is too long');
  return Uint8Array.from(octets);
}

function appendBase128(octets: number[], arc: bigint): void {
  const groups = [Number(arc & 0x7fn)];
  for (let left = arc >> 7n; left > 0n; left >>= 7n) groups.push(Number(left & 0x7fn) | 0x80);
  octets.push(...groups.reverse());
}

/**
 * Dotted form of the content octets of an OBJECT IDENTIFIER.
 * @throws PkiError `bad-oid` for empty, truncated, padded or overlong content
 */
export function decodeOid(content: Uint8Array): string {
  if (content.length === 0 || content.length > MAX_OID_OCTETS)
    throw new PkiError('bad-oid', 'object identifier is empty or too long');
  const arcs: (number | bigint)[] = [];
  let arc: number | bigint = 0;
  let fresh = true;
  for (const octet of content) {
    if (fresh && octet === 0x80) throw new PkiError('bad-oid', 'object identifier has a padded arc');
    const low: number = octet & 0x7f;
    // Arcs beyond 2^53 exist (2.25.<UUID>): change to bigint before precision is lost.
    if (typeof arc === 'number' && arc > 0x1ffffffffff) arc = BigInt(arc);
    arc = typeof arc === 'number' ? arc * 128 + low : arc * 128n + BigInt(low);
    fresh = octet < 0x80;
    if (fresh) {
      arcs.push(arc);
      arc = 0;
    }
  }
  if (!fresh) throw new PkiError('bad-oid', 'object identifier is cut off');
  const head = arcs[0] ?? 0;
  const first = head < 40 ? 0 : head < 80 ? 1 : 2;
  const second = typeof head === 'bigint' ? head - 80n : head - first * 40;
  return [first, second, ...arcs.slice(1)].join('.');
}
