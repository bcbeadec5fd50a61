import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { KeyAlgorithm } from '@certdesk/pki';
import type { KdfCost } from '@certdesk/safe';
import { DeskError } from '../../platform/error.ts';
import { caName, issuingCertificate, rootCertificate, writeCertificate } from './ca-certificate.ts';
import { authorityFiles } from './files.ts';
import { firstIssuer, writeIssuersFile } from './issuers-file.ts';
import { createFileSigner } from './signers/file.ts';
import { createSigner } from './signers/open.ts';
import type { KeyPlace } from './signers/signer.ts';

export type AuthorityAlgorithm = 'sm2' | 'p256' | 'p384' | 'rsa';

/** The kind of key that each has. */
export const authorityAlgorithms: Readonly<Record<AuthorityAlgorithm, KeyAlgorithm>> = {
  sm2: 'sm2',
  p256: 'p256',
  p384: 'p384',
  rsa: 'rsa3072',
};

export interface CreateOptions {
  /** Is made; must not exist yet. */
  readonly folder: string;
  /** Organisation that stands in both names. */
  readonly organisation: string;
  readonly algorithm: AuthorityAlgorithm;
  /** Opens the issuing key at every start. */
  readonly passphrase: string;
  /** Opens the root key, for the next issuing CA. Better another than the one above. */
  readonly rootPassphrase: string;
  readonly rootYears?: number;
  readonly issuingYears?: number;
  /** Where the issuing key is made; a sealed file in the folder if not said. */
  readonly key?: KeyPlace;
  /** Of the safes' key derivation. */
  readonly cost?: KdfCost;
  readonly now: Date;
}

/**
 * Makes a root and an issuing CA: two keys sealed under their passphrases, two certificates. All of it appears at once
 * under `folder`, or nothing does.
 * @throws DeskError `authority-exists`, `hsm-unavailable`, `hsm-pin`
 */
export async function createAuthority(options: CreateOptions): Promise<void> {
  const { folder } = options;
  await mkdir(dirname(folder), { recursive: true });
  const draft = await mkdtemp(join(dirname(folder), `.${basename(folder)}-`));
  try {
    await writeAuthority({ ...options, folder: draft });
    await rename(draft, folder);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOTEMPTY' || code === 'EEXIST' || code === 'ENOTDIR') {
      throw new DeskError('authority-exists', { folder });
    }
    throw error;
  }
}

async function writeAuthority(options: CreateOptions): Promise<void> {
  const { organisation, now, cost, folder, passphrase } = options;
  const algorithm = authorityAlgorithms[options.algorithm];
  const files = authorityFiles(folder);
  const root = await createFileSigner(files.rootKey, algorithm, { passphrase: options.rootPassphrase, cost });
  const certificate = await rootCertificate({
    name: caName(organisation, 'Root CA'),
    signer: root,
    years: options.rootYears ?? 30,
    now,
  });
  const key = options.key ?? firstIssuer.key;
  const signer = await createSigner(key, algorithm, { folder, passphrase, cost });
  const issuing = await issuingCertificate({
    root: certificate,
    rootSigner: root,
    subject: caName(organisation, 'Issuing CA 1'),
    publicKey: signer.publicKey,
    years: options.issuingYears ?? 15,
    now,
  });
  await signer.close?.();
  await writeCertificate(files.rootCertificate, certificate);
  await writeCertificate(files.issuingCertificate, issuing);
  await writeIssuersFile(folder, [{ ...firstIssuer, key }]);
}
