import { readFile } from 'node:fs/promises';
import type { Certificate } from '@certdesk/pki';
import type { Authority } from '../authority/authority.ts';
import { type RevocationReason, revocationReasons } from '../authority/certificates.ts';
import { readIssuersFile } from '../authority/embedded/issuers-file.ts';
import { openIssuer } from '../authority/embedded/open.ts';
import { importCertificate } from '../authority/import.ts';
import { DeskError } from '../platform/error.ts';
import { readCertificate } from '../platform/read-certificate.ts';
import type { Configuration } from '../setup/configuration.ts';
import { digestOf } from '../status/commands.ts';
import { type Command, type CommandContext, needed, UsageError } from './command.ts';
import { orderAs, signingUsage } from './signing.ts';

/** Takes certificates of the former system into the register: each file whole or not at all, the others all the same. */
export const certificateImport: Command = {
  usage: 'certificate import FILE…',
  takes: 'some',
  does: 'Takes certificates of the former system into the register, so that their holders may sign in',
  async run(context) {
    if (context.args.length === 0) throw new UsageError('Which files?');
    const configuration = await context.configuration();
    const passphrase = await context.passphrase();
    const trusted = await trustedIssuers(configuration, passphrase);
    const { db } = await context.database();
    let refused = 0;
    for (const file of context.args) {
      try {
        const content = await readFile(file);
        const { result, entityName, serialNumber } = await db
          .transaction()
          .execute((tx) => importCertificate(tx, trusted, content, 'operator', context.now()));
        context.say(`${file}: ${result}, ${entityName}, ${serialNumber}`);
      } catch (error) {
        if (!(error instanceof DeskError) && !('errno' in (error as object))) throw error;
        refused += 1;
        context.tell(`${file}: ${(error as Error).message}`);
      }
    }
    return refused === 0 ? 0 : 1;
  },
};

/** Whose certificates are taken: this CA's own, and those that the configuration trusts. */
export async function trustedIssuers(
  { authority }: Configuration,
  passphrase: string,
): Promise<Pick<Authority, 'roots' | 'intermediates'>> {
  const own = await ownIssuers(authority, passphrase);
  const der = async (files: readonly string[]) =>
    (await Promise.all(files.map(readCertificate))).map((certificate: Certificate) => certificate.der);
  const roots = [...own.map(({ root }) => root.der), ...(await der(authority.trustedRoots))];
  const intermediates = [
    ...own.map(({ certificate }) => certificate.der),
    ...(await der(authority.intermediates)),
  ];
  return { roots: () => roots, intermediates: () => intermediates };
}

async function ownIssuers(
  { kind, cmp, folder }: Configuration['authority'],
  passphrase: string,
): Promise<{ root: Certificate; certificate: Certificate }[]> {
  if (kind === 'cmp' && cmp) {
    const chain = await Promise.all(cmp.chain.map(readCertificate));
    return chain.map((certificate) => ({ certificate, root: chain.at(-1) ?? certificate }));
  }
  const entries = await readIssuersFile(folder);
  const own = await Promise.all(entries.map((entry) => openIssuer(entry, { folder, passphrase })));
  await Promise.all(own.map(({ signer }) => signer.close?.()));
  return own;
}
/** Signs a command about one certificate. Only where a file is written without a database must it be named by its digest. */
async function orderAbout(context: CommandContext, action: string, parameters: Record<string, string> = {}) {
  const [name] = context.args;
  if (!name) throw new UsageError('Which certificate?');
  const away = typeof context.options.out === 'string' && !context.env.DATABASE_URL;
  if (away && !/^[0-9a-f]{64}$/.test(name))
    throw new UsageError('Without DATABASE_URL the certificate is named by its SHA-256 digest');
  const digest = away ? name : await digestOf((await context.database()).db, name);
  return orderAs(context, { action, subject: `certificate:${digest}`, parameters });
}

export const certificateRevoke: Command = {
  usage: `certificate revoke DIGEST|SERIAL --reason REASON ${signingUsage}`,
  takes: 'one',
  does: `Revokes a certificate for good, with its encryption twin: ${revocationReasons.join(', ')}`,
  async run(context) {
    if (!context.args[0]) throw new UsageError('Which certificate?');
    const reason = needed(context, 'reason');
    if (!revocationReasons.includes(reason as RevocationReason))
      throw new UsageError(`--reason is one of ${revocationReasons.join(', ')}`);
    return orderAbout(context, 'certificate.revoke', { reason });
  },
};

export const certificateSuspend: Command = {
  usage: `certificate suspend DIGEST|SERIAL ${signingUsage}`,
  takes: 'one',
  does: 'Suspends a certificate, with its encryption twin, until it is resumed or revoked',
  run: (context) => orderAbout(context, 'certificate.suspend'),
};

export const certificateResume: Command = {
  usage: `certificate resume DIGEST|SERIAL ${signingUsage}`,
  takes: 'one',
  does: 'Puts a suspended certificate back in force',
  run: (context) => orderAbout(context, 'certificate.resume'),
};
