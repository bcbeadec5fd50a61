import { nodeEngine } from './node-engine.ts';

/** A private key, loaded. */
export interface EngineSigner {
  /** Signs SM3(za ‖ message); DER SEQUENCE { r, s }. */
  sign(za: Uint8Array, message: Uint8Array): Uint8Array;
}

/** A public key, loaded. */
export interface EngineVerifier {
  /** False for a wrong signature and for anything that is not strict DER of r and s in 1…n−1. */
  verify(za: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean;
}

/** What signs and verifies. Its callers have checked scalars and points. */
export interface Sm2Engine {
  /** A new uniform scalar in 1…n−2, 32 bytes. */
  generateScalar(): Uint8Array;
  /** The public key, 04 ‖ X ‖ Y, of a scalar. */
  publicPoint(scalar: Uint8Array): Uint8Array;
  loadSigner(scalar: Uint8Array, point: Uint8Array): EngineSigner;
  loadVerifier(point: Uint8Array): EngineVerifier;
}

/** The engine in use. A faster one (GmSSL reaches 30 times as many signatures a second) takes its place here. */
export const engine: Sm2Engine = nodeEngine;
