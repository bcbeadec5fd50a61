/** What operators with the role `revocation` order: revoking, suspending, resuming. A twin goes with its signing certificate. */
import { z } from 'zod';
import {
  type CertificateRow,
  resume,
  revocationReasons,
  revoke,
  suspend,
} from '../authority/certificates.ts';
import { type Command, type CommandDefinition, defineCommand } from '../operators/commands.ts';
import { DeskError } from '../platform/error.ts';
import type { Db, Tx } from '../schema/database.ts';
import type { CertificateState } from '../schema/tables.ts';

/** What each action may be done to. */
const possible: Readonly<Record<'revoke' | 'suspend' | 'resume', readonly CertificateState[]>> = {
  revoke: ['issued', 'in-force', 'suspended', 'superseded'],
  suspend: ['in-force'],
  resume: ['suspended'],
};

function define<Parameters>(
  verb: keyof typeof possible,
  done: string,
  parameters: z.ZodType<Parameters>,
  change: (tx: Tx, id: string, command: Command<Parameters>, now: Date) => Promise<void>,
): CommandDefinition {
  return defineCommand({
    action: `certificate.${verb}`,
    subject: 'certificate:',
    role: 'revocation',
    parameters,
    people: async () => 1,
    async carryOut(tx, command, now) {
      const certificate = await lockByDigest(tx, command.subject);
      if (!possible[verb].includes(certificate.state)) {
        throw new DeskError('certificate-state', {
          certificate: certificate.serial_number,
          state: certificate.state,
        });
      }
      const twins = (await twinsOf(tx, certificate)).filter(({ state }) => possible[verb].includes(state));
      for (const { id } of [certificate, ...twins]) await change(tx, id, command, now);
      const with_ = twins.map(({ serial_number }) => serial_number).join(', ');
      const what = `${certificate.serial_number} is ${done}${with_ && `, and so is its encryption certificate ${with_}`}.`;
      return `${what}${await successorNote(tx, certificate)}`;
    },
  });
}

export const statusCommands: readonly CommandDefinition[] = [
  define(
    'revoke',
    'revoked',
    z.strictObject({ reason: z.enum(revocationReasons) }),
    (tx, id, { parameters, actor }, now) => revoke(tx, id, parameters.reason, now, actor),
  ),
  define('suspend', 'suspended', z.strictObject({}), (tx, id, { actor }, now) => suspend(tx, id, now, actor)),
  define('resume', 'in force again', z.strictObject({}), (tx, id, { actor }, now) =>
    resume(tx, id, now, actor),
  ),
];

async function lockByDigest(tx: Tx, digest: string): Promise<CertificateRow> {
  const row = await tx
    .selectFrom('certificate')
    .selectAll()
    .where('digest', '=', digest)
    .forUpdate()
    .executeTakeFirst();
  if (!row) throw new DeskError('certificate-not-found', { certificate: digest });
  return row;
}

/** The encryption certificates that say of the same holder the same for the same time as a signing certificate. */
async function twinsOf(tx: Tx, signing: CertificateRow): Promise<CertificateRow[]> {
  if (signing.use !== 'signing' || signing.line_id === null) return [];
  const rows = await tx
    .selectFrom('certificate')
    .selectAll()
    .where('line_id', '=', signing.line_id)
    .where('use', '=', 'encryption')
    .where('state', '!=', 'revoked')
    .orderBy('id')
    .forUpdate()
    .execute();
  const present = ({ state }: CertificateRow) => state === 'in-force' || state === 'suspended';
  return rows.filter(
    (row) => row.not_after.getTime() === signing.not_after.getTime() || (present(signing) && present(row)),
  );
}

/** Who revokes what was renewed a moment ago must know of what it was renewed to. */
async function successorNote(tx: Tx, { superseded_by }: CertificateRow): Promise<string> {
  if (superseded_by === null) return '';
  const next = await tx
    .selectFrom('certificate')
    .select(['serial_number', 'state'])
    .where('id', '=', superseded_by)
    .executeTakeFirst();
  return next ? ` It had been renewed to ${next.serial_number}, which is ${next.state}.` : '';
}

/**
 * A certificate by what a person has of it: its SHA-256 digest or its serial number, in hex, with or without colons.
 * @throws DeskError `certificate-not-found`, `certificate-ambiguous` when several issuers gave that serial number
 */
export async function digestOf(db: Db, text: string): Promise<string> {
  const hex = text.replaceAll(':', '').toLowerCase();
  if (!/^[0-9a-f]+$/.test(hex)) throw new DeskError('certificate-not-found', { certificate: text });
  const serial = hex.replace(/^(00)+(?=..)/, '');
  const rows = await db
    .selectFrom('certificate')
    .select('digest')
    .where((e) => e.or([e('digest', '=', hex), e('serial_number', '=', serial)]))
    .limit(2)
    .execute();
  const [row] = rows;
  if (!row) throw new DeskError('certificate-not-found', { certificate: text });
  if (rows.length > 1) throw new DeskError('certificate-ambiguous', { certificate: text });
  return row.digest;
}
