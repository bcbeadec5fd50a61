export type {
  Attributes,
  FoundObject,
  Handle,
  MechanismInfo,
  ModuleOptions,
  Pkcs11Functions,
  Slot,
  Template,
  TokenInfo,
} from './binding.ts';
export { CKA, CKC, CKF, CKK, CKM, CKO } from './constants.ts';
export { ckrName, ckrOf, Pkcs11Error, type Pkcs11ErrorCode } from './errors.ts';
export { type GenerateOptions, generatePkcs11Key } from './generate.ts';
export { LAYOUTS, type LayoutName, layoutHere } from './layout.ts';
export { CURVES, type Pkcs11Algorithm, PUBLIC_KEY_ATTRIBUTES, publicKeyOf } from './public-key.ts';
export { openPkcs11Signer, type Pkcs11Signer, type Pkcs11SignerOptions } from './signer.ts';
export { signMessage } from './signing.ts';
export { type StartOptions, startPkcs11 } from './start.ts';
