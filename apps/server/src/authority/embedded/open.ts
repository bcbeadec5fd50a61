import { readFile } from 'node:fs/promises';
import { Certificate, type Signer, softwareSigner } from '@certdesk/pki';
import { DeskError } from '../../platform/error.ts';
import { openSealed } from '../../platform/sealed-file.ts';
import { authorityFiles } from './files.ts';

/** An issuing CA with its key open, and the root above it. */
export interface IssuingCa {
  readonly certificate: Certificate;
  readonly root: Certificate;
  readonly signer: Signer;
}

/**
 * Opens the issuing CA in a folder that `createAuthority` made. The root key stays closed.
 * @throws DeskError `passphrase-wrong`; `configuration-invalid` when files are missing, damaged or do not belong together
 */
export async function openIssuingCa(folder: string, passphrase: string): Promise<IssuingCa> {
  const files = authorityFiles(folder);
  const [root, certificate] = await Promise.all([
    readCertificate(files.rootCertificate),
    readCertificate(files.issuingCertificate),
  ]);
  const signer = await openSealed(files.issuingKey, passphrase, softwareSigner);
  if (Buffer.compare(signer.publicKey, certificate.publicKey) !== 0) {
    throw new DeskError('configuration-invalid', {
      where: `${files.issuingKey} is not the key of ${files.issuingCertificate}`,
    });
  }
  if (!certificate.verifiedBy(root)) {
    throw new DeskError('configuration-invalid', {
      where: `${files.issuingCertificate} was not issued by ${files.rootCertificate}`,
    });
  }
  return { certificate, root, signer };
}

/** @throws DeskError `configuration-invalid` */
export async function readCertificate(file: string): Promise<Certificate> {
  try {
    return Certificate.parse(await readFile(file));
  } catch (cause) {
    throw new DeskError(
      'configuration-invalid',
      { where: `${file}: ${(cause as Error).message}` },
      { cause },
    );
  }
}
