/** Everything that can go wrong with a key, whatever driver it is reached through. */
export type KeyErrorCode =
  | 'key-removed'
  | 'key-busy'
  | 'key-failed'
  | 'pin-incorrect'
  | 'pin-locked'
  | 'pin-format'
  | 'login-needed'
  | 'admin-pin-incorrect'
  | 'admin-pin-locked'
  | 'container-exists'
  | 'container-not-found'
  | 'container-name'
  | 'no-room'
  | 'key-pair-exists'
  | 'key-pair-not-found'
  | 'public-key-mismatch'
  | 'certificate-invalid'
  | 'envelope-invalid'
  | 'file-not-found'
  | 'file-name'
  | 'not-supported';

/** `tries` is how many tries are left after a wrong PIN; `cause` may hold the driver's own error, never a PIN. */
export class KeyError extends Error {
  override readonly name = 'KeyError';
  readonly code: KeyErrorCode;
  readonly tries?: number;

  constructor(code: KeyErrorCode, options: { tries?: number; detail?: string; cause?: unknown } = {}) {
    super(options.detail ? `${code}: ${options.detail}` : code, { cause: options.cause });
    this.code = code;
    if (options.tries !== undefined) this.tries = options.tries;
  }
}

/** What went wrong as a KeyError: the driver's own errors become `key-failed`, with themselves as the cause. */
export function toKeyError(error: unknown): KeyError {
  return error instanceof KeyError ? error : new KeyError('key-failed', { cause: error });
}
