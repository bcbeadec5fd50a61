/** What kind of key a SubjectPublicKeyInfo holds, also where certdesk neither issues for it nor verifies with it. */
import { createPublicKey } from 'node:crypto';
import { checkPublicKey, OID } from '../algorithms.ts';
import { readDer } from '../der/reader.ts';
import { tag } from '../der/tag.ts';
import { PkiError } from '../errors.ts';

export interface KeyDescription {
  /** `SM2`, `EC`, `RSA`, `Ed25519`, …, or the dotted identifier. */
  readonly kind: string;
  readonly bits?: number;
  /** Name of the curve, or its dotted identifier, for `EC`. */
  readonly curve?: string;
  /** Decimal, for `RSA`. */
  readonly exponent?: string;
  /** Whether it is a key at all: a point of its curve, a modulus of usable form. Undefined where that is not known here. */
  readonly sound?: boolean;
}

const kinds: ReadonlyMap<string, string> = new Map([
  [OID.rsaEncryption, 'RSA'],
  ['1.2.840.113549.1.1.10', 'RSA-PSS'],
  [OID.ecPublicKey, 'EC'],
  ['1.2.840.10040.4.1', 'DSA'],
  ['1.3.101.112', 'Ed25519'],
  ['1.3.101.113', 'Ed448'],
]);

const curves: ReadonlyMap<string, { name: string; bits: number }> = new Map([
  [OID.curveSm2, { name: 'SM2', bits: 256 }],
  [OID.curveP256, { name: 'P-256', bits: 256 }],
  [OID.curveP384, { name: 'P-384', bits: 384 }],
  ['1.3.132.0.35', { name: 'P-521', bits: 521 }],
  ['1.3.132.0.33', { name: 'P-224', bits: 224 }],
  ['1.2.840.10045.3.1.1', { name: 'P-192', bits: 192 }],
  ['1.3.132.0.10', { name: 'secp256k1', bits: 256 }],
  ['1.3.36.3.3.2.8.1.1.7', { name: 'brainpoolP256r1', bits: 256 }],
  ['1.3.36.3.3.2.8.1.1.11', { name: 'brainpoolP384r1', bits: 384 }],
]);

/** @param spki SubjectPublicKeyInfo, DER. Never throws: what cannot be read is of kind `?`. */
export function describeKey(spki: Uint8Array): KeyDescription {
  try {
    return readDer(spki, (reader) => {
      const inside = reader.sequence();
      const algorithm = inside.sequence();
      const oid = algorithm.oid();
      const curve = algorithm.peek() === tag.oid ? algorithm.oid() : undefined;
      const key = inside.bitString();
      inside.end();
      const kind = kinds.get(oid) ?? oid;
      if (kind === 'EC') return describePoint(spki, curve);
      if (kind === 'RSA' || kind === 'RSA-PSS') return { kind, ...rsaSize(key), sound: isSound(spki) };
      return kinds.has(oid) ? { kind, sound: isSound(spki) } : { kind };
    });
  } catch (error) {
    if (error instanceof PkiError) return { kind: '?', sound: false };
    throw error;
  }
}

function describePoint(spki: Uint8Array, curve: string | undefined): KeyDescription {
  const known = curve === undefined ? undefined : curves.get(curve);
  const sound = isSound(spki);
  if (known?.name === 'SM2') return { kind: 'SM2', bits: known.bits, sound };
  return { kind: 'EC', curve: known?.name ?? curve ?? '?', ...(known && { bits: known.bits, sound }) };
}

function rsaSize(key: Uint8Array): { bits: number; exponent: string } {
  return readDer(key, (reader) => {
    const inside = reader.sequence();
    const modulus = inside.integerOctets();
    const exponent = inside.integerOctets();
    inside.end();
    const significant = modulus[0] === 0 ? modulus.subarray(1) : modulus;
    const bits = significant.length * 8 - Math.clz32(significant[0] ?? 0) + 24;
    return {
      bits,
      exponent: exponent.length > 32 ? '?' : BigInt(`0x${Buffer.from(exponent).toString('hex')}`).toString(),
    };
  });
}

function isSound(spki: Uint8Array): boolean {
  try {
    checkPublicKey(spki);
    return true;
  } catch (error) {
    if (!(error instanceof PkiError)) throw error;
    if (error.code === 'malformed-key') return false;
  }
  // Kinds that certdesk does not issue for.
  try {
    createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
    return true;
  } catch {
    return false;
  }
}
