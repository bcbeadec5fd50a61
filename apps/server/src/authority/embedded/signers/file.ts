import { existsSync } from 'node:fs';
import { generateSoftwareKey, type KeyAlgorithm, softwareSigner } from '@certdesk/pki';
import { type KdfCost, writeSafe } from '@certdesk/safe';
import { openSealed } from '../../../platform/sealed-file.ts';
import type { CaSigner } from './signer.ts';

/**
 * A key that is a safe of PKCS#8, opened once and then kept in memory.
 * @throws DeskError `passphrase-wrong`, `configuration-invalid`
 */
export function openFileSigner(file: string, passphrase: string): Promise<CaSigner> {
  return openSealed(file, passphrase, softwareSigner);
}

/** Makes such a key; one that is there already, from a command that was cut off, is opened. @throws as `openFileSigner` */
export async function createFileSigner(
  file: string,
  algorithm: KeyAlgorithm,
  { passphrase, cost }: { readonly passphrase: string; readonly cost?: KdfCost | undefined },
): Promise<CaSigner> {
  if (!existsSync(file)) await writeSafe(file, generateSoftwareKey(algorithm).privateKey, passphrase, cost);
  return openFileSigner(file, passphrase);
}
