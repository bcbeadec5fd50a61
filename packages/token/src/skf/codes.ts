import { LibraryError } from '@certdesk/native';
import { KeyError, type KeyErrorCode, toKeyError } from '../errors.ts';

/** GM/T 0016 annex A, those that mean something to us. */
export const sar = {
  ok: 0,
  notSupported: 0x0a000003,
  invalidHandle: 0x0a000005,
  invalidParameter: 0x0a000006,
  timeout: 0x0a00000f,
  keyNotFound: 0x0a00001b,
  certificateNotFound: 0x0a00001c,
  deviceRemoved: 0x0a000023,
  pinIncorrect: 0x0a000024,
  pinLocked: 0x0a000025,
  pinInvalid: 0x0a000026,
  pinLength: 0x0a000027,
  alreadyLoggedIn: 0x0a000028,
  notLoggedIn: 0x0a00002d,
  applicationMissing: 0x0a00002e,
  noRoom: 0x0a000030,
  fileMissing: 0x0a000031,
  containersFull: 0x0a000032,
} as const;

const keyCodes: Readonly<Record<number, KeyErrorCode>> = {
  [sar.notSupported]: 'not-supported',
  [sar.timeout]: 'key-busy',
  [sar.keyNotFound]: 'key-pair-not-found',
  [sar.deviceRemoved]: 'key-removed',
  [sar.pinIncorrect]: 'pin-incorrect',
  [sar.pinLocked]: 'pin-locked',
  [sar.pinInvalid]: 'pin-format',
  [sar.pinLength]: 'pin-format',
  [sar.notLoggedIn]: 'login-needed',
  [sar.noRoom]: 'no-room',
  [sar.fileMissing]: 'file-not-found',
  [sar.containersFull]: 'no-room',
};

/** What a library returned, in our own terms; a code that is in no table is told as it is. */
export function fromSkf(error: unknown): KeyError {
  if (!(error instanceof LibraryError)) return toKeyError(error);
  const code = keyCodes[error.returned] ?? 'key-failed';
  return new KeyError(code, { detail: error.message, cause: error });
}

export function returnedOf(error: unknown): number | undefined {
  return error instanceof LibraryError ? error.returned : undefined;
}

/** What a library said cannot be true. */
export function lie(detail: string): KeyError {
  return new KeyError('key-failed', { detail: `the key's library is wrong: ${detail}` });
}
