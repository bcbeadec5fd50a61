import { type WeierstrassPoint, weierstrass } from '@noble/curves/abstract/weierstrass.js';

/** The recommended 256-bit prime curve, GB/T 32918.5-2017 §2. */
const parameters = {
  p: 0xfffffffeffffffffffffffffffffffffffffffff00000000ffffffffffffffffn,
  a: 0xfffffffeffffffffffffffffffffffffffffffff00000000fffffffffffffffcn,
  b: 0x28e9fa9e9d9f5e344d5a9e4bcf6509a7f39789f515ab8f92ddbcbd414d940e93n,
  n: 0xfffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123n,
  h: 1n,
  Gx: 0x32c4ae2c1f1981195f9904466a39c9948fe30bbff2660be1715a4589334c74c7n,
  Gy: 0xbc3736a2f4f6779c59bdcee36b692153d0a9877cc62a474002df32e52139f0a0n,
};

export type CurvePoint = WeierstrassPoint<bigint>;

const Point = weierstrass(parameters);

/** The base point G. */
export const G: CurvePoint = Point.BASE;

/** The order of G. */
export const ORDER = parameters.n;

/** Length of a scalar and of a coordinate in bytes. */
export const FIELD_LENGTH = 32;

/** Length of an uncompressed point, 04 ‖ X ‖ Y. */
export const POINT_LENGTH = 1 + 2 * FIELD_LENGTH;

/** a ‖ b ‖ Gx ‖ Gy, the part of Z that is the same for every key (GB/T 32918.2 §5.5). */
export const CURVE_BYTES: Uint8Array = Buffer.concat(
  [parameters.a, parameters.b, parameters.Gx, parameters.Gy].map(toFieldBytes),
);

/**
 * Reads 04 ‖ X ‖ Y.
 * @returns undefined unless it is a point on the curve. The cofactor is 1, so that every such point is in the right group.
 */
export function decodePoint(bytes: Uint8Array): CurvePoint | undefined {
  if (bytes.length !== POINT_LENGTH || bytes[0] !== 0x04) return undefined;
  try {
    const point = Point.fromBytes(bytes);
    point.assertValidity();
    return point;
  } catch {
    return undefined;
  }
}

/** Big-endian bytes as a number. */
export function toNumber(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).toString('hex') || '0'}`);
}

/** A number below 2^256 as 32 big-endian bytes. */
export function toFieldBytes(value: bigint): Uint8Array {
  return new Uint8Array(Buffer.from(value.toString(16).padStart(2 * FIELD_LENGTH, '0'), 'hex'));
}
