/**
 * - `wrong-passphrase`: the file is whole as far as one can tell, but this passphrase does not open it
 * - `damaged`: not a safe, cut short, altered, or asking for a key derivation outside the accepted bounds
 * - `unsupported-version`: a safe of a later certdesk
 * - `invalid-argument`: the caller asked for an impossible cost or an empty passphrase
 */
export type SafeErrorCode = 'wrong-passphrase' | 'damaged' | 'unsupported-version' | 'invalid-argument';

/** Every error this package throws on purpose. Messages never contain the passphrase or the content. */
export class SafeError extends Error {
  readonly code: SafeErrorCode;

  constructor(code: SafeErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'SafeError';
    this.code = code;
  }
}
