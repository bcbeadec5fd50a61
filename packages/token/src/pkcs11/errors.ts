import { ckrOf } from '@certdesk/pkcs11';
import { KeyError, type KeyErrorCode, toKeyError } from '../errors.ts';

/** Whose PIN a call was given. */
export type PinOwner = 'user' | 'admin';

const CODES: Readonly<Record<string, KeyErrorCode>> = {
  CKR_DEVICE_REMOVED: 'key-removed',
  CKR_TOKEN_NOT_PRESENT: 'key-removed',
  CKR_TOKEN_NOT_RECOGNIZED: 'key-removed',
  CKR_SLOT_ID_INVALID: 'key-removed',
  // The module closes the sessions of a token that goes (section 5.6): a fresh one is another login.
  CKR_SESSION_HANDLE_INVALID: 'key-removed',
  CKR_SESSION_CLOSED: 'key-removed',
  CKR_CRYPTOKI_NOT_INITIALIZED: 'key-removed',
  CKR_DEVICE_MEMORY: 'no-room',
  CKR_USER_NOT_LOGGED_IN: 'login-needed',
  CKR_PIN_EXPIRED: 'pin-expired',
  CKR_PIN_INVALID: 'pin-format',
  CKR_PIN_LEN_RANGE: 'pin-format',
  CKR_PIN_TOO_WEAK: 'pin-format',
  CKR_SESSION_EXISTS: 'key-busy',
  CKR_SESSION_COUNT: 'key-busy',
  CKR_SESSION_READ_ONLY_EXISTS: 'key-busy',
  CKR_USER_ANOTHER_ALREADY_LOGGED_IN: 'key-busy',
  CKR_USER_TOO_MANY_TYPES: 'key-busy',
  CKR_OPERATION_ACTIVE: 'key-busy',
  CKR_MECHANISM_INVALID: 'not-supported',
  CKR_MECHANISM_PARAM_INVALID: 'not-supported',
  CKR_CURVE_NOT_SUPPORTED: 'not-supported',
  CKR_DOMAIN_PARAMS_INVALID: 'not-supported',
  CKR_KEY_SIZE_RANGE: 'not-supported',
  CKR_FUNCTION_NOT_SUPPORTED: 'not-supported',
};

/** What a module returned, or what happened to it, as a KeyError. */
export function fromModule(error: unknown, owner: PinOwner = 'user'): KeyError {
  const name = ckrOf(error);
  if (name === undefined) return toKeyError(error);
  const admin = owner === 'admin';
  if (name === 'CKR_PIN_INCORRECT')
    return new KeyError(admin ? 'admin-pin-incorrect' : 'pin-incorrect', { cause: error });
  if (name === 'CKR_PIN_LOCKED')
    return new KeyError(admin ? 'admin-pin-locked' : 'pin-locked', { cause: error });
  // A token whose user never got a PIN wants its administrator, as a locked one does.
  if (name === 'CKR_USER_PIN_NOT_INITIALIZED') return new KeyError('pin-locked', { cause: error });
  return new KeyError(CODES[name] ?? 'key-failed', { detail: name, cause: error });
}
