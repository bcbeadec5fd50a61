/** Keys that sign OCSP answers: sealed files, one for each kind of key that the issuing CAs have. */
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { generateSoftwareKey, type KeyAlgorithm, type Signer, softwareSigner } from '@certdesk/pki';
import { type KdfCost, writeSafe } from '@certdesk/safe';
import { DeskError } from '../platform/error.ts';
import { openSealed } from '../platform/sealed-file.ts';

type ResponderAlgorithm = 'sm2' | 'p256' | 'rsa2048';

/** Whoever understands the CA's own signatures understands the answers'. */
function responderAlgorithm(algorithm: KeyAlgorithm): ResponderAlgorithm {
  if (algorithm === 'sm2') return 'sm2';
  return algorithm.startsWith('rsa') ? 'rsa2048' : 'p256';
}

const keyFile = (folder: string, algorithm: ResponderAlgorithm) => join(folder, `${algorithm}.key`);

/**
 * Makes the key for CAs of this kind, unless it is there.
 * @throws DeskError `configuration-invalid` where it cannot be written
 */
export async function createResponderKey(
  folder: string,
  algorithm: KeyAlgorithm,
  passphrase: string,
  cost?: KdfCost,
): Promise<void> {
  const own = responderAlgorithm(algorithm);
  const file = keyFile(folder, own);
  if (existsSync(file)) return;
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await writeSafe(file, generateSoftwareKey(own).privateKey, passphrase, cost);
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    throw new DeskError('configuration-invalid', { where: `${file}: ${code ?? message}` }, { cause });
  }
}

/**
 * Opens those keys that are there already.
 * @throws DeskError `passphrase-wrong`, `configuration-invalid`
 */
export async function checkResponderKeys(
  folder: string,
  passphrase: string,
  algorithms: readonly KeyAlgorithm[],
): Promise<void> {
  const files = new Set(algorithms.map((algorithm) => keyFile(folder, responderAlgorithm(algorithm))));
  for (const file of files) if (existsSync(file)) await openSealed(file, passphrase, softwareSigner);
}

export interface ResponderKeys {
  /**
   * The key that answers for CAs whose own key is of this kind. Made where there is none: a responder's certificate is made
   * for the key that a node has, so that nodes need not have the same one.
   * @throws DeskError `passphrase-wrong`, `configuration-invalid`
   */
  for(algorithm: KeyAlgorithm): Promise<Signer>;
}

export function responderKeys(folder: string, passphrase: string): ResponderKeys {
  const opened = new Map<ResponderAlgorithm, Promise<Signer>>();
  return {
    for(algorithm) {
      const own = responderAlgorithm(algorithm);
      const known = opened.get(own);
      if (known) return known;
      const opening = createResponderKey(folder, algorithm, passphrase).then(() =>
        openSealed(keyFile(folder, own), passphrase, softwareSigner),
      );
      opened.set(own, opening);
      // Tried again by the next who asks.
      opening.catch(() => opened.delete(own));
      return opening;
    },
  };
}
