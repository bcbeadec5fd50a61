/** An operator's own side: his key, and signing with it. On his machine; the server never sees the key. */
import { type CommandStatement, type SignedStatement, signedOctets, signedTypes } from '@certdesk/contract';
import { generateSoftwareKey, type Signer, softwareSigner } from '@certdesk/pki';
import { type KdfCost, writeSafe } from '@certdesk/safe';
import { randomNonce } from '../platform/random.ts';
import { openSealed } from '../platform/sealed-file.ts';

export type OperatorAlgorithm = 'sm2' | 'p256';

/** Makes a key pair: PKCS#8 in a file sealed under the operator's passphrase. @returns SubjectPublicKeyInfo, DER */
export async function createOperatorKey(
  file: string,
  passphrase: string,
  algorithm: OperatorAlgorithm,
  cost?: KdfCost,
): Promise<Uint8Array> {
  const { privateKey, publicKey } = generateSoftwareKey(algorithm);
  await writeSafe(file, privateKey, passphrase, cost);
  return publicKey;
}

/** @throws DeskError `passphrase-wrong`; `configuration-invalid` when the file is missing, damaged or no such key */
export async function openOperatorKey(file: string, passphrase: string): Promise<Signer> {
  return openSealed(file, passphrase, softwareSigner);
}

/** What an operator wants; time and nonce are added when it is signed. */
export type CommandWish = Omit<CommandStatement, 'at' | 'nonce'>;

export async function signCommand(wish: CommandWish, signer: Signer, now: Date): Promise<SignedStatement> {
  const statement: CommandStatement = { ...wish, at: now.toISOString(), nonce: randomNonce() };
  const payload = new TextEncoder().encode(JSON.stringify(statement));
  const signature = await signer.sign(signedOctets(signedTypes.command, payload));
  return {
    payload: Buffer.from(payload).toString('base64'),
    signature: Buffer.from(signature).toString('base64'),
  };
}
