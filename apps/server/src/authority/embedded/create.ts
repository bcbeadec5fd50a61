import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import {
  authorityKeyIdentifier,
  basicConstraints,
  buildCertificate,
  generateSoftwareKey,
  type KeyAlgorithm,
  keyIdentifierOf,
  keyUsage,
  Name,
  softwareSigner,
  subjectKeyIdentifier,
  toPem,
} from '@certdesk/pki';
import { type KdfCost, writeFileAtomically, writeSafe } from '@certdesk/safe';
import { DeskError } from '../../platform/error.ts';
import { randomSerialNumber } from '../serial-number.ts';
import { authorityFiles } from './files.ts';
import { firstIssuer, writeIssuersFile } from './issuers-file.ts';

export type AuthorityAlgorithm = 'sm2' | 'p256' | 'rsa';

/** The kind of key that each has. */
export const authorityAlgorithms: Readonly<Record<AuthorityAlgorithm, KeyAlgorithm>> = {
  sm2: 'sm2',
  p256: 'p256',
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
  /** Of the safes' key derivation. */
  readonly cost?: KdfCost;
  readonly now: Date;
}

/**
 * Makes a root and an issuing CA: two keys sealed under their passphrases, two certificates. All of it appears at once
 * under `folder`, or nothing does.
 * @throws DeskError `authority-exists`
 */
export async function createAuthority(options: CreateOptions): Promise<void> {
  const { folder, now } = options;
  await mkdir(dirname(folder), { recursive: true });
  const draft = await mkdtemp(join(dirname(folder), `.${basename(folder)}-`));
  try {
    await writeAuthority({
      ...options,
      folder: draft,
      now: wholeSeconds(now),
    });
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
  const { organisation, now, cost } = options;
  // Certificates begin a little before they are issued, the first ones too, and never before their CA.
  const notBefore = new Date(now.getTime() - 3_600_000);
  const algorithm = authorityAlgorithms[options.algorithm];
  const files = authorityFiles(options.folder);
  const root = generateSoftwareKey(algorithm);
  const issuing = generateSoftwareKey(algorithm);
  const rootName = caName(organisation, 'Root CA');
  const rootIdentifier = keyIdentifierOf(root.publicKey);
  const signer = softwareSigner(root.privateKey);
  const usage = keyUsage(['keyCertSign', 'cRLSign']);

  const rootCertificate = await buildCertificate({
    serialNumber: randomSerialNumber(),
    issuer: rootName,
    subject: rootName,
    notBefore,
    notAfter: yearsAfter(now, options.rootYears ?? 30),
    publicKey: root.publicKey,
    extensions: [subjectKeyIdentifier(rootIdentifier), usage, basicConstraints({ ca: true })],
    signer,
  });
  const issuingCertificate = await buildCertificate({
    serialNumber: randomSerialNumber(),
    issuer: rootName,
    subject: caName(organisation, 'Issuing CA 1'),
    notBefore,
    notAfter: yearsAfter(now, options.issuingYears ?? 15),
    publicKey: issuing.publicKey,
    extensions: [
      authorityKeyIdentifier(rootIdentifier),
      subjectKeyIdentifier(keyIdentifierOf(issuing.publicKey)),
      usage,
      basicConstraints({ ca: true, pathLength: 0 }),
    ],
    signer,
  });
  await writeSafe(files.rootKey, root.privateKey, options.rootPassphrase, cost);
  await writeSafe(files.issuingKey, issuing.privateKey, options.passphrase, cost);
  for (const [path, der] of [
    [files.rootCertificate, rootCertificate],
    [files.issuingCertificate, issuingCertificate],
  ] as const) {
    await writeFileAtomically(path, Buffer.from(toPem('CERTIFICATE', der)), 0o644);
  }
  await writeIssuersFile(options.folder, [firstIssuer]);
}

function caName(organisation: string, role: string): Name {
  return Name.of([
    { type: 'C', value: 'CN' },
    { type: 'O', value: organisation },
    { type: 'CN', value: `${organisation} ${role}` },
  ]);
}

function wholeSeconds(at: Date): Date {
  return new Date(Math.floor(at.getTime() / 1000) * 1000);
}

function yearsAfter(at: Date, years: number): Date {
  const end = new Date(at);
  end.setUTCFullYear(end.getUTCFullYear() + years);
  return end;
}
