export { GmError, type GmErrorCode } from './errors.ts';
export type { CiphertextForm } from './sm2/ciphertext.ts';
export { Sm2PrivateKey } from './sm2/private-key.ts';
export { Sm2PublicKey } from './sm2/public-key.ts';
export { DEFAULT_SIGNER_ID } from './sm2/signer-id.ts';
export { SM3_LENGTH, sm3 } from './sm3.ts';
export {
  SM4_BLOCK_LENGTH,
  type Sm4Options,
  sm4DecryptCbc,
  sm4DecryptEcb,
  sm4EncryptCbc,
  sm4EncryptEcb,
} from './sm4.ts';
