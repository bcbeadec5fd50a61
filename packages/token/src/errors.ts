import { NativeError } from '@certdesk/native';

/** Everything that can go wrong with a key, whatever driver it is reached through. */
export type KeyErrorCode =
  | 'key-removed'
  | 'key-busy'
  | 'key-failed'
  | 'library-missing'
  | 'library-hung'
  | 'library-crashed'
  | 'pin-incorrect'
  | 'pin-locked'
  | 'pin-format'
  | 'pin-expired'
  | 'login-needed'
  | 'admin-pin-incorrect'
  | 'admin-pin-locked'
  | 'admin-pin-last-tries'
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

/**
 * What went wrong as a KeyError: what happened to a driver's library has codes of its own, any other error becomes
 * `key-failed` with itself as the cause.
 */
export function toKeyError(error: unknown): KeyError {
  if (error instanceof KeyError) return error;
  return new KeyError(libraryCode(error) ?? 'key-failed', { cause: error });
}

function libraryCode(error: unknown): KeyErrorCode | undefined {
  if (!(error instanceof NativeError)) return undefined;
  const { code } = error;
  return code === 'library-failed' || code === 'library-closed' ? undefined : code;
}
