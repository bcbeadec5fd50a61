import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Sm2PrivateKey } from '@certdesk/gm';
import { type Certificate, envelopKey, fromPem, keyAlgorithmOf, Name, PkiError, toPem } from '@certdesk/pki';
import { readIssuersFile } from '../../authority/embedded/issuers-file.ts';
import { activeOf, openIssuer } from '../../authority/embedded/open.ts';
import { signWith } from '../../authority/embedded/signing.ts';
import { importCertificate } from '../../authority/import.ts';
import { readProfiles } from '../../authority/profiles.ts';
import { randomSerialNumber } from '../../authority/serial-number.ts';
import { DeskError } from '../../platform/error.ts';
import { readConfiguration, readPassphrase } from '../../setup/configuration.ts';
import { statusAddresses } from '../../status/addresses.ts';
import { trustedIssuers } from '../certificate.ts';
import { type Command, needed, UsageError } from '../command.ts';
import { configurationName } from '../init.ts';
import { type CertifiedCompany, ownKeyCompany } from './companies.ts';

/** The demo's CA for the keys that SM2's signature does not go with. */
export const otherSeries = 'web';

const DAY_MS = 86_400_000;

/** For trying the desk with a key of one's own. Each certificate after the first is a further line, which has a price. */
export const demoCertificateCommand: Command = {
  usage: 'demo certificate --folder DIR --key FILE [--twin]',
  does: 'Issues a certificate of the demo for a public key (SubjectPublicKeyInfo, PEM), takes it into the register, and prints it; with --twin an encryption certificate too, and its key in an envelope for that key',
  async run(context) {
    const folder = resolve(needed(context, 'folder'));
    const publicKey = await publicKeyIn(needed(context, 'key'));
    const passphrase = await readPassphrase(join(folder, 'passphrase'));
    const configuration = await readConfiguration(join(folder, configurationName));
    const trusted = await trustedIssuers(configuration, passphrase);
    const now = context.now();
    const issue = (spki: Uint8Array, use: 'signing' | 'encryption') =>
      demoCertificate(folder, ownKeyCompany, spki, passphrase, now, use);
    const certificates = [await issue(publicKey, 'signing')];
    const pair = context.options.twin ? pairBeside(publicKey) : undefined;
    if (pair) certificates.push(await issue(pair.publicKey, 'encryption'));
    const { db } = await context.database();
    await db.transaction().execute(async (tx) => {
      for (const certificate of certificates) await importCertificate(tx, trusted, certificate, 'demo', now);
    });
    for (const certificate of certificates) context.say(toPem('CERTIFICATE', certificate).trimEnd());
    if (pair) context.say(toPem('SM2 ENVELOPED KEY', pair.envelope).trimEnd());
    return 0;
  },
};

/** An encryption pair as a former system of the CA would have delivered it. */
function pairBeside(signingKey: Uint8Array): { publicKey: Uint8Array; envelope: Uint8Array } {
  if (keyAlgorithmOf(signingKey) !== 'sm2') throw new UsageError('--twin is for SM2 keys');
  const pair = Sm2PrivateKey.generate();
  return { publicKey: pair.publicKey.toSpki(), envelope: envelopKey(pair, signingKey) };
}

async function publicKeyIn(file: string): Promise<Uint8Array> {
  try {
    const blocks = fromPem(await readFile(file, 'latin1'));
    const key = blocks.find(({ label }) => label === 'PUBLIC KEY');
    if (key) return key.der;
  } catch (error) {
    if (!(error instanceof PkiError)) throw error;
  }
  throw new UsageError(`${file} holds no public key in PEM`);
}

/** The certificate of one of the demo's companies, for a key pair of whatever kind. @returns DER */
export async function demoCertificate(
  folder: string,
  company: CertifiedCompany,
  publicKey: Uint8Array,
  passphrase: string,
  now: Date,
  use: 'signing' | 'encryption' = 'signing',
): Promise<Uint8Array> {
  const authority = join(folder, 'authority');
  const algorithm = keyAlgorithmOf(publicKey);
  const profiles = readProfiles();
  const profile =
    use === 'encryption'
      ? profiles.get('entity-encryption-sm2')
      : [...profiles.values()].find(({ keyAlgorithms }) => keyAlgorithms.includes(algorithm));
  const issuers = await readIssuersFile(authority);
  const series = algorithm === 'sm2' ? (issuers[0]?.series ?? '') : otherSeries;
  const issuer = activeOf(issuers, series, now);
  if (!profile || !issuer)
    throw new DeskError('configuration-invalid', { where: `${folder}: no CA for ${algorithm}` });
  const ca = await openIssuer(issuer, { folder: authority, passphrase });
  const second = Math.floor(now.getTime() / 1000) * 1000;
  const notAfter = new Date(second + company.daysLeft * DAY_MS);
  const notBefore = new Date(Math.min(second, notAfter.getTime() - 365 * DAY_MS));
  const subject = Name.of([
    { type: 'C', value: 'CN' },
    { type: 'O', value: company.name },
    { type: 'CN', value: company.name },
  ]);
  const { publicOrigin, status } = await readConfiguration(join(folder, configurationName));
  const addressesOf = (of: Certificate) => statusAddresses(status.origin ?? publicOrigin, of);
  return signWith(
    ca,
    new Map([[profile.name, profile]]),
    addressesOf,
  )({
    profile: profile.name,
    publicKey,
    serialNumber: randomSerialNumber(),
    content: {
      entityName: company.name,
      subject: Buffer.from(subject.der).toString('base64'),
      identityNumbers: company.numbers,
      notBefore: notBefore.toISOString(),
      notAfter: notAfter.toISOString(),
    },
  });
}
