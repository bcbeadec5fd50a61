import { readFile } from 'node:fs/promises';
import { Sm2PrivateKey, Sm2PublicKey } from '@certdesk/gm';
import { fromPem, toPem } from '@certdesk/pki';
import { type KdfCost, writeFileAtomically, writeSafe } from '@certdesk/safe';
import { DeskError } from '../platform/error.ts';
import { openSealed } from '../platform/sealed-file.ts';

/** Where the public half is kept, for whoever verifies without the passphrase. */
export function auditPublicKeyFile(keyFile: string): string {
  return `${keyFile.replace(/\.key$/, '')}.pub`;
}

/** Makes the key that signs the chain's heads: PKCS#8 in a safe, and the SubjectPublicKeyInfo beside it in PEM. */
export async function createAuditKey(keyFile: string, passphrase: string, cost?: KdfCost): Promise<void> {
  const key = Sm2PrivateKey.generate();
  const publicKey = toPem('PUBLIC KEY', key.publicKey.toSpki());
  await writeFileAtomically(auditPublicKeyFile(keyFile), Buffer.from(publicKey), 0o644);
  await writeSafe(keyFile, key.toPkcs8(), passphrase, cost);
}

/** @throws DeskError `passphrase-wrong`, or `configuration-invalid` when the file is missing or damaged */
export async function openAuditKey(keyFile: string, passphrase: string): Promise<Sm2PrivateKey> {
  return openSealed(keyFile, passphrase, (content) => Sm2PrivateKey.fromPkcs8(content));
}

/** @throws DeskError `configuration-invalid` when the file is missing or damaged */
export async function readAuditPublicKey(file: string): Promise<Sm2PublicKey> {
  try {
    const [block] = fromPem(await readFile(file, 'utf8'));
    if (block?.label !== 'PUBLIC KEY') throw new Error('holds no public key');
    return Sm2PublicKey.fromSpki(block.der);
  } catch (cause) {
    throw unreadable(file, cause);
  }
}

function unreadable(file: string, cause: unknown): DeskError {
  return new DeskError('configuration-invalid', { where: `${file}: ${(cause as Error).message}` }, { cause });
}
