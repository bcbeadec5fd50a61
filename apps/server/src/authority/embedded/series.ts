/**
 * New issuing CAs beside those that are there: the next one of a series, which takes over from the one before (RFC 4210
 * §4.4 calls it a CA key update), or the first one of a new series. What was there stays: it signs what says how its
 * certificates are doing until the last of them has ended.
 */
import { existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { buildRequest, type Certificate, type KeyAlgorithm, Name, toPem } from '@certdesk/pki';
import { type KdfCost, writeFileAtomically } from '@certdesk/safe';
import { z } from 'zod';
import { DeskError } from '../../platform/error.ts';
import { readCertificate } from '../../platform/read-certificate.ts';
import { caName, issuingCertificate, rootCertificate, writeCertificate } from './ca-certificate.ts';
import { type AuthorityAlgorithm, authorityAlgorithms } from './create.ts';
import { IssuerEntry, IssuerName, readIssuersFile, writeIssuersFile } from './issuers-file.ts';
import { openIssuer } from './open.ts';
import { goTogether } from './routing.ts';
import { createFileSigner, openFileSigner } from './signers/file.ts';
import { createSigner } from './signers/open.ts';
import type { KeyPlace } from './signers/signer.ts';

interface Common {
  readonly folder: string;
  /** Opens the desk's sealed keys. */
  readonly passphrase: string;
  /** Of the safes' key derivation. */
  readonly cost?: KdfCost | undefined;
  /** From when the new CA issues. */
  readonly activeFrom: Date;
  readonly now: Date;
}

/** The new CA's name under its root, and where its key is to be. */
interface NewCa {
  /** Whose CA it is, for its name in certificates. */
  readonly commonName?: string | undefined;
  readonly years?: number | undefined;
  /** Makes the key's place from the CA's name; a sealed file in the folder if not said. */
  readonly place?: ((name: string) => KeyPlace) | undefined;
}

export interface RollOptions extends Common, NewCa {
  readonly series: string;
  readonly algorithm?: KeyAlgorithm | undefined;
  /** The root's sealed key, and what opens it. */
  readonly rootKey: string;
  readonly rootPassphrase: string;
}

/**
 * Makes the next issuing CA of a series, with a certificate of the root above the one before, and has it issue from the
 * moment that was said. Cut off anywhere, it is simply run again.
 * @throws DeskError `issuer-series`, `passphrase-wrong`, `configuration-invalid`, `issuer-certificate`
 */
export async function rollSeries(options: RollOptions): Promise<IssuerEntry> {
  const draft = await draftOf(options);
  const { folder } = options;
  const root = await readCertificate(resolve(folder, draft.entry.root));
  const rootSigner = await openFileSigner(options.rootKey, options.rootPassphrase);
  if (Buffer.compare(rootSigner.publicKey, root.publicKey) !== 0)
    throw new DeskError('configuration-invalid', {
      where: `${options.rootKey} is not the key of ${draft.entry.root}`,
    });
  const signer = await createSigner(draft.entry.key, draft.algorithm, options);
  await signer.close?.();
  const certificate = await issuingCertificate({
    root,
    rootSigner,
    subject: draft.subject,
    publicKey: signer.publicKey,
    years: options.years ?? 15,
    now: options.now,
  });
  return takeUp(options, draft.entry, certificate);
}

export interface RequestOptions extends Omit<Common, 'activeFrom'>, NewCa {
  readonly series: string;
  readonly algorithm?: KeyAlgorithm | undefined;
}

/**
 * The first half of a roll-over where the root's key is elsewhere: makes the key and a request for its certificate.
 * @returns the request, PEM; asked again, one for the same key
 * @throws DeskError `issuer-series`, `passphrase-wrong`, `configuration-invalid`
 */
export async function requestIssuer(options: RequestOptions): Promise<{ name: string; request: string }> {
  const { entry, subject, algorithm } = await draftOf(options);
  const signer = await createSigner(entry.key, algorithm, options);
  try {
    const request = await buildRequest({ subject, signer });
    await writeFileAtomically(
      pendingFile(options.folder, entry.name),
      Buffer.from(`${JSON.stringify({ entry }, null, 2)}\n`),
      0o644,
    );
    return { name: entry.name, request: toPem('CERTIFICATE REQUEST', request) };
  } finally {
    await signer.close?.();
  }
}

/**
 * The second half: the certificate that the root made of the request.
 * @param root the root's certificate, where it is another than before
 * @throws DeskError `issuer-certificate` when it is not for a key that was made here, or no good certificate of a CA
 */
export async function acceptIssuer(
  options: Common & {
    readonly series: string;
    readonly certificate: string;
    readonly root?: string | undefined;
  },
): Promise<IssuerEntry> {
  const { folder, series } = options;
  const certificate = await readCertificate(options.certificate);
  const { name } = await nextOf(folder, series);
  const file = pendingFile(folder, name);
  if (!existsSync(file)) throw new DeskError('issuer-certificate', { where: 'there is no open request' });
  const { entry } = Pending.parse(JSON.parse(await readFile(file, 'utf8')));
  let root = entry.root;
  if (options.root !== undefined) {
    root = `${name}-root.crt`;
    await writeCertificate(join(folder, root), await readCertificate(options.root));
  }
  const taken = await takeUp(options, { ...entry, root }, certificate);
  await rm(file);
  return taken;
}

export interface AddOptions extends Common, Omit<NewCa, 'commonName'> {
  readonly series: string;
  readonly algorithm: AuthorityAlgorithm;
  readonly organisation: string;
  readonly rootPassphrase: string;
}

/**
 * Makes a new series with a root of its own: for kinds of key that the others' signatures do not go with.
 * @throws DeskError `issuer-series` when there is one of this name
 */
export async function addSeries(options: AddOptions): Promise<IssuerEntry> {
  const { folder, series, organisation, passphrase, rootPassphrase, cost, now } = options;
  const entries = await readIssuersFile(folder);
  if (
    !IssuerName.safeParse(series).success ||
    entries.some((entry) => entry.series === series || entry.name === series)
  )
    throw new DeskError('issuer-series', { series });
  const algorithm = authorityAlgorithms[options.algorithm];
  const rootSigner = await createFileSigner(join(folder, `${series}-root.key`), algorithm, {
    passphrase: rootPassphrase,
    cost,
  });
  const root = await rootCertificate({
    name: caName(organisation, `${series} Root CA`),
    signer: rootSigner,
    years: 30,
    now,
  });
  const entry = draftEntry(series, series, `${series}-root.crt`, options.place);
  await writeCertificate(join(folder, entry.root), root);
  const signer = await createSigner(entry.key, algorithm, { folder, passphrase, cost });
  await signer.close?.();
  const certificate = await issuingCertificate({
    root,
    rootSigner,
    subject: caName(organisation, `${series} Issuing CA 1`),
    publicKey: signer.publicKey,
    years: options.years ?? 15,
    now,
  });
  return takeUp(options, entry, certificate);
}

const Pending = z.strictObject({ entry: IssuerEntry });
const pendingFile = (folder: string, name: string) => join(folder, `${name}.pending.json`);

function draftEntry(
  name: string,
  series: string,
  root: string,
  place: NewCa['place'] = (its) => ({ file: `${its}.key` }),
): IssuerEntry {
  return { name, series, certificate: `${name}.crt`, root, key: place(name), activeFrom: null };
}

/** Name and number of the next CA of a series, and the last one before it. */
async function nextOf(folder: string, series: string) {
  const entries = await readIssuersFile(folder);
  const before = entries.filter((entry) => entry.series === series);
  const [first] = before;
  const last = before.at(-1);
  if (!first || !last) throw new DeskError('issuer-series', { series });
  let number = before.length + 1;
  while (entries.some(({ name }) => name === `${first.name}-${number}`)) number += 1;
  return { entries, last, number, name: `${first.name}-${number}` };
}

/** What the next CA of a series is to be; its key need not be there yet. */
async function draftOf(options: RequestOptions) {
  const { folder, series } = options;
  const { last, number, name } = await nextOf(folder, series);
  const old = await readCertificate(resolve(folder, last.certificate));
  const opened = await openIssuer(last, options);
  await opened.signer.close?.();
  const before = opened.signer.algorithm;
  const algorithm = options.algorithm ?? before;
  if (!goTogether(before, algorithm))
    throw new DeskError('issuer-certificate', { where: `the series signs with ${before}, not ${algorithm}` });
  return {
    entry: draftEntry(name, series, last.root, options.place),
    algorithm,
    subject: nextName(old.subject, number, options.commonName),
  };
}

/** The same name with the next number: every verifier knows the CAs apart by their names, and CRLs too. */
function nextName(old: Name, number: number, commonName: string | undefined): Name {
  const before = old.get('CN') ?? '';
  // A number by itself, not the 2 of SM2.
  const counted = / (\d{1,4})$/.exec(before)?.[1];
  const name =
    commonName ?? (counted ? before.replace(/\d+$/, String(Number(counted) + 1)) : `${before} ${number}`);
  return Name.of(old.attributes.map(({ type, value }) => ({ type, value: type === 'CN' ? name : value })));
}

/** Holds the certificate to everything that is asked of an issuing CA's, writes it, and lets the desk have it. */
async function takeUp(options: Common, draft: IssuerEntry, certificate: Certificate): Promise<IssuerEntry> {
  const { folder, activeFrom, now } = options;
  const entries = await readIssuersFile(folder);
  const refuse = (where: string): never => {
    throw new DeskError('issuer-certificate', { where });
  };
  const root = await readCertificate(resolve(folder, draft.root));
  if (certificate.notBefore > now) refuse(`it is valid from ${certificate.notBefore.toISOString()} only`);
  if (certificate.notAfter <= activeFrom)
    refuse(`it ends on ${certificate.notAfter.toISOString()}, before it is to begin`);
  if (!certificate.verifiedBy(root) || !certificate.issuer.equals(root.subject))
    refuse(`it was not issued by ${root.subject}`);
  for (const { certificate: file } of entries) {
    const other = await readCertificate(resolve(folder, file));
    if (other.subject.equals(certificate.subject))
      refuse(`there is a CA called ${certificate.subject} already`);
    if (Buffer.compare(other.publicKey, certificate.publicKey) === 0) refuse('its key is another CA’s');
  }
  const entry = { ...draft, activeFrom: activeFrom.toISOString() };
  await writeCertificate(resolve(folder, entry.certificate), certificate);
  try {
    // Opens the key as a start would: whoever holds it, it must be this certificate's.
    const { signer } = await openIssuer(entry, options);
    await signer.close?.();
  } catch (error) {
    if (error instanceof DeskError && error.code === 'configuration-invalid')
      refuse(String(error.details.where ?? ''));
    throw error;
  }
  await writeIssuersFile(folder, [...entries, entry]);
  return entry;
}
