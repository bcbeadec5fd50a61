/**
 * What can go wrong with a library besides what it says itself:
 * `library-missing` it is not there, not a library, or not for this platform;
 * `library-hung` it gave no answer in time, and its process was ended;
 * `library-crashed` its process ended by itself;
 * `library-failed` its binding threw what it should not;
 * `library-closed` it was called after `close`.
 */
export type NativeErrorCode =
  | 'library-missing'
  | 'library-hung'
  | 'library-crashed'
  | 'library-failed'
  | 'library-closed';

/** `detail` names functions, signals and files, never arguments. */
export class NativeError extends Error {
  override readonly name = 'NativeError';
  readonly code: NativeErrorCode;

  constructor(code: NativeErrorCode, detail: string, options: ErrorOptions = {}) {
    super(`${code}: ${detail}`, options);
    this.code = code;
  }
}

/** A library's own error code, as a binding throws it: it reaches the caller as it is. */
export class LibraryError extends Error {
  override readonly name = 'LibraryError';
  /** The function of the library. */
  readonly called: string;
  /** What it returned. */
  readonly returned: number;

  constructor(called: string, returned: number) {
    super(`${called} returned 0x${returned.toString(16).padStart(8, '0')}`);
    this.called = called;
    this.returned = returned;
  }
}
