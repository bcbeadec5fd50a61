import { softwareSigner } from '@certdesk/pki';
import { openSealed } from '../../../platform/sealed-file.ts';
import type { CaSigner } from './signer.ts';

/**
 * A key that is a safe of PKCS#8, opened once and then kept in memory.
 * @throws DeskError `passphrase-wrong`, `configuration-invalid`
 */
export function openFileSigner(file: string, passphrase: string): Promise<CaSigner> {
  return openSealed(file, passphrase, softwareSigner);
}
