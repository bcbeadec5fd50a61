import { publicKeyDigest } from '@certdesk/pki';
import type { Key, KeyPair, PairUse } from './key.ts';

export interface FoundKeyPair {
  readonly container: string;
  readonly use: PairUse;
  readonly pair: KeyPair;
}

/**
 * Finds a key pair on a key by the one name it has everywhere: serial numbers are blank on some keys, repeated on
 * others, and differ between drivers. Needs no PIN.
 * @param digest lower-case hex SHA-256 of the SubjectPublicKeyInfo
 */
export async function findKeyPair(key: Key, digest: string): Promise<FoundKeyPair | undefined> {
  for (const { name, signing, encryption } of await key.containers()) {
    if (signing && publicKeyDigest(signing.publicKey) === digest) {
      return { container: name, use: 'signing', pair: signing };
    }
    if (encryption && publicKeyDigest(encryption.publicKey) === digest) {
      return { container: name, use: 'encryption', pair: encryption };
    }
  }
  return undefined;
}
