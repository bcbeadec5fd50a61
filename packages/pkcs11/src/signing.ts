import { createHash } from 'node:crypto';
import type { NativeProcess } from '@certdesk/native';
import { der } from '@certdesk/pki';
import type { Handle, Pkcs11Functions } from './binding.ts';
import { CKM } from './constants.ts';
import { Pkcs11Error } from './errors.ts';
import type { Pkcs11Algorithm } from './public-key.ts';

/** DigestInfo of SHA-256 without the digest (RFC 8017, section 9.2, note 1). */
const SHA256_INFO = Buffer.from('3031300d060960864801650304020105000420', 'hex');

/**
 * Signs a message as it is signed in certificates: hashed here (SHA-256, or SHA-384 for P-384), because every module
 * knows CKM_ECDSA and CKM_RSA_PKCS, and few all of those that hash.
 * @returns DER SEQUENCE{r,s} for ECDSA, octets for RSA (PKCS#1 v1.5)
 */
export async function signMessage(
  module: Pick<NativeProcess<Pkcs11Functions>, 'call'>,
  session: Handle,
  key: Handle,
  algorithm: Pkcs11Algorithm,
  message: Uint8Array,
): Promise<Uint8Array> {
  if (algorithm !== 'p256' && algorithm !== 'p384') {
    const info = Buffer.concat([SHA256_INFO, createHash('sha256').update(message).digest()]);
    return module.call('sign', [session, key, CKM.RSA_PKCS, info]);
  }
  const digest = createHash(algorithm === 'p384' ? 'sha384' : 'sha256')
    .update(message)
    .digest();
  return ecdsaToDer(await module.call('sign', [session, key, CKM.ECDSA, digest]), algorithm);
}

/** @param raw r and s, each as long as the curve's order (PKCS#11, section 2.3.1) */
function ecdsaToDer(raw: Uint8Array, algorithm: 'p256' | 'p384'): Uint8Array {
  if (raw.length !== (algorithm === 'p384' ? 96 : 64))
    throw new Pkcs11Error('module-failed', `an ECDSA signature of ${raw.length} octets`);

  const half = raw.length / 2;
  return der.encode(
    der.sequence(der.unsignedInteger(raw.subarray(0, half)), der.unsignedInteger(raw.subarray(half))),
  );
}
