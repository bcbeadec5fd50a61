import { LibraryError } from '@certdesk/native';

const NAMES = new Map<number, string>();
for (const line of `
00 OK|01 CANCEL|02 HOST_MEMORY|03 SLOT_ID_INVALID|05 GENERAL_ERROR|06 FUNCTION_FAILED|07 ARGUMENTS_BAD|08 NO_EVENT
09 NEED_TO_CREATE_THREADS|0a CANT_LOCK|10 ATTRIBUTE_READ_ONLY|11 ATTRIBUTE_SENSITIVE|12 ATTRIBUTE_TYPE_INVALID
13 ATTRIBUTE_VALUE_INVALID|1b ACTION_PROHIBITED|20 DATA_INVALID|21 DATA_LEN_RANGE|30 DEVICE_ERROR|31 DEVICE_MEMORY
32 DEVICE_REMOVED|40 ENCRYPTED_DATA_INVALID|41 ENCRYPTED_DATA_LEN_RANGE|50 FUNCTION_CANCELED|51 FUNCTION_NOT_PARALLEL
54 FUNCTION_NOT_SUPPORTED|60 KEY_HANDLE_INVALID|62 KEY_SIZE_RANGE|63 KEY_TYPE_INCONSISTENT|64 KEY_NOT_NEEDED|65 KEY_CHANGED
66 KEY_NEEDED|67 KEY_INDIGESTIBLE|68 KEY_FUNCTION_NOT_PERMITTED|69 KEY_NOT_WRAPPABLE|6a KEY_UNEXTRACTABLE
70 MECHANISM_INVALID|71 MECHANISM_PARAM_INVALID|82 OBJECT_HANDLE_INVALID|90 OPERATION_ACTIVE|91 OPERATION_NOT_INITIALIZED
a0 PIN_INCORRECT|a1 PIN_INVALID|a2 PIN_LEN_RANGE|a3 PIN_EXPIRED|a4 PIN_LOCKED|b0 SESSION_CLOSED|b1 SESSION_COUNT
b3 SESSION_HANDLE_INVALID|b4 SESSION_PARALLEL_NOT_SUPPORTED|b5 SESSION_READ_ONLY|b6 SESSION_EXISTS
b7 SESSION_READ_ONLY_EXISTS|b8 SESSION_READ_WRITE_SO_EXISTS|c0 SIGNATURE_INVALID|c1 SIGNATURE_LEN_RANGE
d0 TEMPLATE_INCOMPLETE|d1 TEMPLATE_INCONSISTENT|e0 TOKEN_NOT_PRESENT|e1 TOKEN_NOT_RECOGNIZED|e2 TOKEN_WRITE_PROTECTED
f0 UNWRAPPING_KEY_HANDLE_INVALID|f1 UNWRAPPING_KEY_SIZE_RANGE|f2 UNWRAPPING_KEY_TYPE_INCONSISTENT
100 USER_ALREADY_LOGGED_IN|101 USER_NOT_LOGGED_IN|102 USER_PIN_NOT_INITIALIZED|103 USER_TYPE_INVALID
104 USER_ANOTHER_ALREADY_LOGGED_IN|105 USER_TOO_MANY_TYPES|110 WRAPPED_KEY_INVALID|112 WRAPPED_KEY_LEN_RANGE
113 WRAPPING_KEY_HANDLE_INVALID|114 WRAPPING_KEY_SIZE_RANGE|115 WRAPPING_KEY_TYPE_INCONSISTENT
120 RANDOM_SEED_NOT_SUPPORTED|121 RANDOM_NO_RNG|130 DOMAIN_PARAMS_INVALID|140 CURVE_NOT_SUPPORTED|150 BUFFER_TOO_SMALL
160 SAVED_STATE_INVALID|170 INFORMATION_SENSITIVE|180 STATE_UNSAVEABLE|190 CRYPTOKI_NOT_INITIALIZED
191 CRYPTOKI_ALREADY_INITIALIZED|1a0 MUTEX_BAD|1a1 MUTEX_NOT_LOCKED|1b0 NEW_PIN_MODE|1b1 NEXT_OTP
1b5 EXCEEDED_MAX_ITERATIONS|1b6 FIPS_SELF_TEST_FAILED|1b7 LIBRARY_LOAD_FAILED|1b8 PIN_TOO_WEAK|1b9 PUBLIC_KEY_INVALID
200 FUNCTION_REJECTED`
  .trim()
  .split(/[|\n]/)) {
  const [code = '', name = ''] = line.split(' ');
  NAMES.set(Number.parseInt(code, 16), `CKR_${name}`);
}

/** @returns the name of a return code, `CKR_PIN_INCORRECT`; of one that the standard does not know, its number. */
export function ckrName(code: number): string {
  return NAMES.get(code) ?? `CKR_0x${code.toString(16).padStart(8, '0')}`;
}

/** What a PKCS#11 function returned, by name; undefined for any other error. */
export function ckrOf(error: unknown): string | undefined {
  return error instanceof LibraryError && error.called.startsWith('C_') ? ckrName(error.returned) : undefined;
}

/**
 * `token-not-found` no token answers to what was asked for; `token-ambiguous` several do;
 * `key-not-found`, `key-ambiguous` the same of keys on it; `key-unsupported` its key is of a kind that cannot sign here;
 * `pin-refused` the PIN was wrong: it is not tried again; `pin-locked`;
 * `module-failed` the module returned an error, which the message names.
 */
export type Pkcs11ErrorCode =
  | 'token-not-found'
  | 'token-ambiguous'
  | 'key-not-found'
  | 'key-ambiguous'
  | 'key-unsupported'
  | 'pin-refused'
  | 'pin-locked'
  | 'module-failed';

export class Pkcs11Error extends Error {
  override readonly name = 'Pkcs11Error';
  readonly code: Pkcs11ErrorCode;

  constructor(code: Pkcs11ErrorCode, detail: string, options: ErrorOptions = {}) {
    super(`${code}: ${detail}`, options);
    this.code = code;
  }
}
