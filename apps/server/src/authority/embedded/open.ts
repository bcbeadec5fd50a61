import { resolve } from 'node:path';
import type { Certificate } from '@certdesk/pki';
import { DeskError } from '../../platform/error.ts';
import { readCertificate } from '../../platform/read-certificate.ts';
import { type IssuerEntry, readIssuersFile } from './issuers-file.ts';
import { nameOfPlace, openSigner, type SignerContext } from './signers/open.ts';
import type { CaSigner } from './signers/signer.ts';

/** An issuing CA with its key open, and the root above it. */
export interface IssuingCa {
  readonly name: string;
  readonly series: string;
  readonly certificate: Certificate;
  readonly root: Certificate;
  readonly signer: CaSigner;
  /** From when it issues; null: it does not. */
  readonly activeFrom: Date | null;
}

/**
 * Opens one issuing CA of an authority's folder. The root key stays closed.
 * @throws DeskError `passphrase-wrong`; `configuration-invalid` when files are missing, damaged or do not belong together
 */
export async function openIssuer(entry: IssuerEntry, context: SignerContext): Promise<IssuingCa> {
  const { folder } = context;
  const files = {
    root: resolve(folder, entry.root),
    certificate: resolve(folder, entry.certificate),
    key: nameOfPlace(entry.key, folder),
  };
  const fail = (where: string): never => {
    throw new DeskError('configuration-invalid', { where });
  };
  const [root, certificate] = await Promise.all([
    readCertificate(files.root),
    readCertificate(files.certificate),
  ]);
  const signer = await openSigner(entry.key, context);
  if (Buffer.compare(signer.publicKey, certificate.publicKey) !== 0)
    fail(`${files.key} is not the key of ${files.certificate}`);
  if (!certificate.verifiedBy(root)) fail(`${files.certificate} was not issued by ${files.root}`);
  if (!certificate.basicConstraints?.ca || certificate.keyUsage?.includes('keyCertSign') === false)
    fail(`${files.certificate} is no certificate of a CA`);
  const { name, series, activeFrom } = entry;
  return { name, series, certificate, root, signer, activeFrom: activeFrom ? new Date(activeFrom) : null };
}

/**
 * The CA that issues in an authority's main series, for commands that need no other.
 * @throws DeskError as `openIssuer`
 */
export async function openIssuingCa(
  folder: string,
  passphrase: string,
  now = new Date(),
): Promise<IssuingCa> {
  const entries = await readIssuersFile(folder);
  const entry = activeOf(entries, entries[0]?.series ?? '', now);
  if (!entry) throw new DeskError('configuration-invalid', { where: `${folder}: no issuing CA is active` });
  return openIssuer(entry, { folder, passphrase });
}

/** Of a series, the one that issues at a moment: it began last. */
export function activeOf<T extends { readonly series: string; readonly activeFrom: string | Date | null }>(
  issuers: readonly T[],
  series: string,
  now: Date,
): T | undefined {
  const begin = ({ activeFrom }: T) =>
    activeFrom === null ? Number.POSITIVE_INFINITY : new Date(activeFrom).getTime();
  return issuers
    .filter((issuer) => issuer.series === series && begin(issuer) <= now.getTime())
    .toSorted((a, b) => begin(a) - begin(b))
    .at(-1);
}
