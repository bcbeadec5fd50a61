import { readFile } from 'node:fs/promises';
import type { Certificate } from '@certdesk/pki';
import type { Authority } from '../authority/authority.ts';
import { readIssuersFile } from '../authority/embedded/issuers-file.ts';
import { openIssuer } from '../authority/embedded/open.ts';
import { importCertificate } from '../authority/import.ts';
import { readCertificate } from '../authority/read-certificate.ts';
import { DeskError } from '../platform/error.ts';
import type { Configuration } from '../setup/configuration.ts';
import { type Command, UsageError } from './command.ts';

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
