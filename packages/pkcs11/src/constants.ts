/** Numbers of PKCS#11 v2.40 (OASIS, pkcs11t.h), those that are used here. Vendors' own begin at 0x80000000. */

export const CKU = { SO: 0, USER: 1 } as const;

/** Flags of tokens, slots, sessions and mechanisms. */
export const CKF = {
  TOKEN_PRESENT: 0x1,
  /** Of a token. */
  LOGIN_REQUIRED: 0x4,
  USER_PIN_INITIALIZED: 0x8,
  WRITE_PROTECTED: 0x2,
  PROTECTED_AUTHENTICATION_PATH: 0x100,
  TOKEN_INITIALIZED: 0x400,
  USER_PIN_COUNT_LOW: 0x10000,
  USER_PIN_FINAL_TRY: 0x20000,
  USER_PIN_LOCKED: 0x40000,
  USER_PIN_TO_BE_CHANGED: 0x80000,
  SO_PIN_COUNT_LOW: 0x100000,
  SO_PIN_FINAL_TRY: 0x200000,
  SO_PIN_LOCKED: 0x400000,
  SO_PIN_TO_BE_CHANGED: 0x800000,
  /** Of a session. */
  RW_SESSION: 0x2,
  SERIAL_SESSION: 0x4,
  /** Of C_WaitForSlotEvent. */
  DONT_BLOCK: 0x1,
  /** Of a mechanism. */
  SIGN: 0x800,
  GENERATE_KEY_PAIR: 0x10000,
} as const;

export const CKO = { DATA: 0, CERTIFICATE: 1, PUBLIC_KEY: 2, PRIVATE_KEY: 3 } as const;
export const CKC = { X_509: 0 } as const;
export const CKK = { RSA: 0, EC: 3 } as const;

export const CKM = {
  RSA_PKCS_KEY_PAIR_GEN: 0x0,
  RSA_PKCS: 0x1,
  EC_KEY_PAIR_GEN: 0x1040,
  ECDSA: 0x1041,
} as const;

export const CKA = {
  CLASS: 0x0,
  TOKEN: 0x1,
  PRIVATE: 0x2,
  LABEL: 0x3,
  APPLICATION: 0x10,
  VALUE: 0x11,
  CERTIFICATE_TYPE: 0x80,
  ISSUER: 0x81,
  SERIAL_NUMBER: 0x82,
  KEY_TYPE: 0x100,
  SUBJECT: 0x101,
  ID: 0x102,
  SENSITIVE: 0x103,
  ENCRYPT: 0x104,
  DECRYPT: 0x105,
  WRAP: 0x106,
  UNWRAP: 0x107,
  SIGN: 0x108,
  VERIFY: 0x10a,
  MODULUS: 0x120,
  MODULUS_BITS: 0x121,
  PUBLIC_EXPONENT: 0x122,
  EXTRACTABLE: 0x162,
  MODIFIABLE: 0x170,
  EC_PARAMS: 0x180,
  EC_POINT: 0x181,
} as const;

/** Attributes whose value is a CK_ULONG, and those whose value is a CK_BBOOL; all others are octets here. */
export const ULONG_ATTRIBUTES: ReadonlySet<number> = new Set([
  CKA.CLASS,
  CKA.CERTIFICATE_TYPE,
  CKA.KEY_TYPE,
  CKA.MODULUS_BITS,
]);
export const BOOLEAN_ATTRIBUTES: ReadonlySet<number> = new Set([
  CKA.TOKEN,
  CKA.PRIVATE,
  CKA.SENSITIVE,
  CKA.ENCRYPT,
  CKA.DECRYPT,
  CKA.WRAP,
  CKA.UNWRAP,
  CKA.SIGN,
  CKA.VERIFY,
  CKA.EXTRACTABLE,
  CKA.MODIFIABLE,
]);
