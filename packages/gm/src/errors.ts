/**
 * - `invalid-argument`: the caller passed something of the wrong size or form (a key, an IV, an ID, an empty plaintext)
 * - `invalid-private-key`, `invalid-public-key`: not a well-formed SM2 key (encoding, scalar range, point off the curve, halves that differ)
 * - `unsupported-key`: a well-formed key of another algorithm or curve
 * - `invalid-ciphertext`: the ciphertext is not of the stated form
 * - `decryption-failed`: well-formed, but not for this key, or altered
 * - `engine-missing`: this build of Node offers no SM2, SM3 or SM4
 */
export type GmErrorCode =
  | 'invalid-argument'
  | 'invalid-private-key'
  | 'invalid-public-key'
  | 'unsupported-key'
  | 'invalid-ciphertext'
  | 'decryption-failed'
  | 'engine-missing';

/** Every error this package throws on purpose. Messages never contain key material or plaintext. */
export class GmError extends Error {
  readonly code: GmErrorCode;

  constructor(code: GmErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'GmError';
    this.code = code;
  }
}
