/**
 * Recovery at the desk: two operators order it, and the key management, which verifies both signatures again by officers of its own,
 * answers with an envelope. What the desk adds is the receiver's state: it knows who was revoked.
 */
import { Id } from '@certdesk/contract';
import { buildCsrResponse, Certificate, certificateDigest, checkChain } from '@certdesk/pki';
import { record } from '../audit/record.ts';
import type { Authority } from '../authority/authority.ts';
import { type CertificateRow, findCertificate } from '../authority/certificates.ts';
import { defineCommand, readCommand } from '../operators/commands.ts';
import { DeskError } from '../platform/error.ts';
import type { Db, Tx } from '../schema/database.ts';
import type { KeyManagement } from './port.ts';
import { checkRecovery, RecoveryParameters, recoverAction, recoverSubject } from './recovery.ts';

export const recoverKey = defineCommand({
  action: recoverAction,
  subject: recoverSubject,
  role: 'recovery',
  parameters: RecoveryParameters,
  people: async () => 2,
  /** Writes the order down. The envelope is fetched by what the answer says, as often as answers are lost. */
  async carryOut(tx, { id, subject, parameters, operators, actor }, now) {
    await recoverable(tx, subject, parameters, now);
    const data = { ...parameters, command: id, operators: operators.map((operator) => operator.id) };
    const entry = { actor, action: 'key.recovery-ordered', subject: `certificate:${subject}`, data };
    await record(tx, entry, now);
    return `The recovery of ${parameters.holder}’s encryption key is ordered: certdesk key envelope ${id} --out FILE`;
  },
});

/**
 * Fetches what two operators ordered.
 * @param command the first or the second operator's
 * @returns CSRResponse (GM/T 0092), DER: the receiver's certificate, the envelope for its key, the encryption certificate
 * @throws DeskError `recovery-not-ordered`, `recovery-unavailable`, `certificate-state` and what `checkRecovery` and the key management say
 */
export async function fetchRecovered(
  db: Db,
  {
    keys,
    trusted,
  }: { readonly keys: KeyManagement; readonly trusted: Pick<Authority, 'roots' | 'intermediates'> },
  command: string,
  now: Date,
): Promise<Uint8Array> {
  const commands = await orderedBy(db, command);
  const { subject, parameters } = readCommand(commands[0]);
  const digest = subject.slice(recoverSubject.length);
  const log = (action: string) => {
    const entry = { actor: 'operator', action, subject, data: { command } };
    return db.transaction().execute((tx) => record(tx, entry, now));
  };
  const { encryption, receiver } = await recoverable(db, digest, RecoveryParameters.parse(parameters), now);
  await log('key.envelope-asked');
  const issuers = issuersOf([encryption, receiver], trusted, now);
  const order = { commands, certificate: encryption.der, receiver: receiver.der, issuers };
  const recovered = await keys.recover(order).catch((error: unknown) => {
    // Said of a renewal otherwise, whose case waits.
    if (!(error instanceof DeskError) || error.code !== 'key-management-unavailable') throw error;
    throw new DeskError('recovery-unavailable', { command }, { cause: error });
  });
  if (Buffer.compare(recovered.publicKey, encryption.publicKey) !== 0)
    throw new DeskError('key-management-refused', { reason: 'it gave another pair' });
  await log('key.recovered');
  return buildCsrResponse({
    signCertificates: [receiver.der],
    encryptedPrivateKey: recovered.envelope,
    encryptCertificates: [encryption.der],
  });
}

/** What the key management needs beside its own roots to see who issued these. */
function issuersOf(
  certificates: readonly Certificate[],
  trusted: Pick<Authority, 'roots' | 'intermediates'>,
  now: Date,
): Uint8Array[] {
  const parsed = (all: readonly Uint8Array[]) => all.map((der) => Certificate.parse(der));
  const known = { roots: parsed(trusted.roots()), intermediates: parsed(trusted.intermediates()) };
  const paths = certificates.flatMap((certificate) => {
    const at = certificate.notAfter < now ? certificate.notAfter : now;
    const path = checkChain(certificate, { ...known, at });
    if (!path.ok) throw new DeskError('certificate-foreign', { reason: path.reason });
    return path.chain.slice(1).map((issuer) => [certificateDigest(issuer.der), issuer.der] as const);
  });
  return [...new Map(paths).values()];
}

/** Both certificates, which the desk must know; the receiver's must be in force at this moment. */
async function recoverable(db: Db | Tx, digest: string, parameters: RecoveryParameters, now: Date) {
  const row = await known(db, digest);
  const target = await known(db, parameters.for);
  const certificates = { encryption: Certificate.parse(row.der), receiver: Certificate.parse(target.der) };
  checkRecovery(digest, parameters, certificates, now);
  if (row.use !== 'encryption')
    throw new DeskError('recovery-certificate', { certificate: row.serial_number });
  if (target.state !== 'in-force')
    throw new DeskError('certificate-state', { certificate: target.serial_number, state: target.state });
  if (parameters.authority === undefined && row.entity_id !== target.entity_id)
    throw new DeskError('recovery-other-holder', { certificate: target.serial_number });
  return certificates;
}

async function known(db: Db | Tx, digest: string): Promise<CertificateRow> {
  const row = await findCertificate(db, digest);
  if (!row) throw new DeskError('certificate-not-found', { certificate: digest });
  return row;
}

/** The first and the second operator's commands, whichever of the two is named. */
async function orderedBy(db: Db, command: string) {
  if (!Id.safeParse(command).success) throw new DeskError('recovery-not-ordered', { command });
  const pair = await db
    .selectFrom('operator_command as first')
    .innerJoin('operator_command as second', 'second.id', 'first.seconded_by')
    .select([
      'first.payload',
      'first.signature',
      'second.payload as payload2',
      'second.signature as signature2',
    ])
    .where('first.action', '=', recoverAction)
    .where((e) => e.or([e('first.id', '=', command), e('second.id', '=', command)]))
    .executeTakeFirst();
  if (!pair) throw new DeskError('recovery-not-ordered', { command });
  const signed = (payload: Uint8Array, signature: Uint8Array) => ({
    payload: Buffer.from(payload).toString('base64'),
    signature: Buffer.from(signature).toString('base64'),
  });
  return [signed(pair.payload, pair.signature), signed(pair.payload2, pair.signature2)] as const;
}

/** The encryption certificate that a line had on a day: of several, the one that was issued last by then. */
export async function encryptionOn(db: Db, signingDigest: string, day: Date): Promise<Uint8Array> {
  const signing = await known(db, signingDigest);
  const row = await db
    .selectFrom('certificate')
    .select('der')
    .where('line_id', '=', signing.line_id)
    .where('use', '=', 'encryption')
    .where('not_before', '<', new Date(day.getTime() + 86_400_000))
    .where('not_after', '>=', day)
    .orderBy('not_before', 'desc')
    .orderBy('issued_at', 'desc')
    .limit(1)
    .executeTakeFirst();
  if (!row) throw new DeskError('recovery-certificate', { certificate: signing.serial_number });
  return row.der;
}
