/** What can be wrong with bytes that should be DER. */
export type DerErrorCode =
  | 'truncated'
  | 'bad-length'
  | 'bad-tag'
  | 'unexpected-tag'
  | 'trailing-data'
  | 'too-deep'
  | 'too-large'
  | 'bad-value';

/** What can be wrong above the level of DER. */
export type PkiErrorCode =
  | DerErrorCode
  | 'bad-pem'
  | 'bad-name'
  | 'bad-time'
  | 'bad-oid'
  | 'bad-serial-number'
  | 'bad-version'
  | 'algorithm-mismatch'
  | 'duplicate-extension'
  | 'malformed-extension'
  | 'malformed-key'
  | 'key-mismatch'
  | 'unsupported-algorithm'
  | 'unsupported-key'
  | 'bad-validity'
  | 'bad-identity-number'
  | 'bad-crl'
  | 'bad-ocsp'
  | 'bad-profile'
  | 'profile-violation'
  | 'bad-cmp';

/**
 * The one error class of this package: whatever the input, its functions return or throw a `PkiError`. Messages
 * hold field names and offsets, never private keys.
 */
export class PkiError extends Error {
  readonly code: PkiErrorCode;

  constructor(code: PkiErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'PkiError';
    this.code = code;
  }
}

/** Bytes that are not the DER they should be. `offset` counts octets from the start of what was parsed. */
export class DerError extends PkiError {
  override readonly code: DerErrorCode;
  readonly offset: number;

  constructor(code: DerErrorCode, message: string, offset = 0) {
    super(code, `${message} (at octet ${offset})`);
    this.name = 'DerError';
    this.code = code;
    this.offset = offset;
  }
}
