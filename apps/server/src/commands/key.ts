/** Recovery of an encryption key: ordered by two operators, then fetched as an envelope. */
import { existsSync } from 'node:fs';
import { Certificate, certificateDigest } from '@certdesk/pki';
import { writeFileAtomically } from '@certdesk/safe';
import { findCertificate } from '../authority/certificates.ts';
import { entityNameOf } from '../authority/summary.ts';
import { openKeyManagement } from '../keymanagement/open.ts';
import { encryptionOn, fetchRecovered } from '../keymanagement/recover.ts';
import { checkRecovery, recoveryOf } from '../keymanagement/recovery.ts';
import { DeskError } from '../platform/error.ts';
import { readCertificate } from '../platform/read-certificate.ts';
import { digestOf } from '../status/commands.ts';
import { trustedIssuers } from './certificate.ts';
import { type Command, type CommandContext, needed, UsageError } from './command.ts';
import { orderAs, signingUsage } from './signing.ts';

export const keyRecover: Command = {
  usage: `key recover CERTIFICATE --for CERTIFICATE [--on DATE] [--for-authority NAME] ${signingUsage}`,
  takes: 'one',
  does: 'Orders, as one of two operators, an encryption certificate’s key for a signing certificate of the same entity, or of the authority NAME. A certificate is a file, a digest or a serial number; with --on the signing certificate of that day names its twin',
  async run(context) {
    const [name] = context.args;
    if (!name) throw new UsageError('Which certificate?');
    const { 'for-authority': authority } = context.options;
    const receiver = await certificateOf(context, needed(context, 'for'));
    const encryption = await encryptionOf(context, name);
    const what = recoveryOf({ encryption, receiver }, typeof authority === 'string' ? authority : undefined);
    checkRecovery(
      certificateDigest(encryption.der),
      what.parameters,
      { encryption, receiver },
      context.now(),
    );
    context.tell(`The encryption key of ${sentence(encryption)}, for the key of ${sentence(receiver)}`);
    return orderAs(context, what);
  },
};

export const keyEnvelope: Command = {
  usage: 'key envelope COMMAND --out FILE',
  takes: 'one',
  does: 'Fetches the envelope that two operators ordered from the key management, and writes it as CSRResponse (DER) for the receiver’s key',
  async run(context) {
    const [command] = context.args;
    if (!command) throw new UsageError('Which command?');
    const file = needed(context, 'out');
    if (existsSync(file)) throw new DeskError('file-exists', { file });
    const configuration = await context.configuration();
    const { keyManagement } = configuration;
    if (!keyManagement) throw new DeskError('configuration-invalid', { where: 'keyManagement: is missing' });
    const passphrase = await context.passphrase();
    const keys = await openKeyManagement(keyManagement, passphrase, context.now);
    const trusted = await trustedIssuers(configuration, passphrase);
    const { db } = await context.database();
    const response = await fetchRecovered(db, { keys, trusted }, command, context.now());
    await writeFileAtomically(file, response, 0o600);
    context.say(`Wrote ${file}. It opens with the receiver’s key alone.`);
    return 0;
  },
};

const sentence = (certificate: Certificate) =>
  `${entityNameOf(certificate)}, certificate ${certificate.serialNumber} until ${certificate.notAfter.toISOString()}`;

/** From a file, which needs no desk; else from the register. */
async function certificateOf(context: CommandContext, name: string): Promise<Certificate> {
  if (existsSync(name)) return readCertificate(name);
  if (!context.env.DATABASE_URL)
    throw new UsageError(`There is no file ${name}; without DATABASE_URL a certificate is named by its file`);
  const { db } = await context.database();
  const row = await findCertificate(db, await digestOf(db, name));
  if (!row) throw new DeskError('certificate-not-found', { certificate: name });
  return Certificate.parse(row.der);
}

async function encryptionOf(context: CommandContext, name: string): Promise<Certificate> {
  const certificate = await certificateOf(context, name);
  const { on } = context.options;
  if (on === undefined) return certificate;
  const day = new Date(`${on}T00:00:00Z`);
  if (!/^\d{4}-\d{2}-\d{2}$/.test(String(on)) || Number.isNaN(day.getTime()))
    throw new UsageError('--on is a day such as 2027-03-01, in UTC');
  const { db } = await context.database();
  return Certificate.parse(await encryptionOn(db, certificateDigest(certificate.der), day));
}
