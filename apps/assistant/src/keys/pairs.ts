import { publicKeyDigest } from '@certdesk/pki';
import type { Container, Key, KeyPair } from '@certdesk/token';

export interface SigningPair {
  readonly container: string;
  readonly pair: KeyPair;
}

export const holdsKey = ({ signing }: Container, digest: string) =>
  signing !== undefined && publicKeyDigest(signing.publicKey) === digest;

/** The signing pair with this public key, asked of the key now. */
export async function findPair(key: Key, digest: string): Promise<SigningPair | undefined> {
  const found = (await key.containers()).find((container) => holdsKey(container, digest));
  return found?.signing && { container: found.name, pair: found.signing };
}
