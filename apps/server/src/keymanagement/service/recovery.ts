/**
 * Gives a pair out again: on the signed commands of two recovery officers, in an envelope for the key of the certificate that
 * both named, and in no other way. Nothing of it is taken on the desk's word but that the receiver was not revoked.
 */
import { isDeepStrictEqual } from 'node:util';
import {
  type CommandStatement,
  type SignedStatement,
  CommandStatement as Statement,
  signedTypes,
} from '@certdesk/contract';
import { Certificate, checkChain, PkiError, publicKeyDigest } from '@certdesk/pki';
import { sql } from 'kysely';
import { readCommand } from '../../operators/commands.ts';
import { readStatement } from '../../orders/statement.ts';
import type { Clock } from '../../platform/clock.ts';
import { DeskError } from '../../platform/error.ts';
import { randomId } from '../../platform/random.ts';
import type { RecoveredPair, RecoveryOrder } from '../port.ts';
import { clockMs } from '../protocol.ts';
import { checkRecovery, RecoveryParameters, recoverAction, recoverSubject } from '../recovery.ts';
import { type KeyDb, type KeyTx, recordKey } from './database.ts';
import { findOfficer, type Officer } from './officers.ts';
import { envelopPair, pairColumns } from './pairs.ts';
import type { StorageKey } from './sealing.ts';

const dayMs = 86_400_000;

export interface RecoveryOptions {
  readonly db: KeyDb;
  readonly storageKey: StorageKey;
  /** Both commands were signed within so many days; an answer that was lost is given again for as long. */
  readonly withinDays: number;
  /** Of the CAs whose certificates count here. A desk's word on a certificate does not. */
  readonly roots: readonly Certificate[];
  readonly clock: Clock;
}

interface Signed {
  readonly statement: CommandStatement;
  readonly officer: Officer;
  readonly command: SignedStatement;
}

/** @returns what recovers. @throws DeskError `recovery-refused`, `recovery-pair-unknown` */
export function recoverer({ db, storageKey, withinDays, roots, clock }: RecoveryOptions) {
  async function signedBy(tx: KeyTx, command: SignedStatement, now: Date): Promise<Signed> {
    const claimed = readCommand(command);
    const officer = await findOfficer(tx, storageKey, claimed.operator);
    if (!officer) throw refused(`${claimed.operator} is no recovery officer here`);
    const { value, verified } = readStatement(signedTypes.command, Statement, command, officer.publicKey);
    if (!verified) throw refused(`the signature is not ${officer.id}’s`);
    if (value.action !== recoverAction || !value.subject.startsWith(recoverSubject))
      throw refused('the command orders something else');
    const age = now.getTime() - Date.parse(value.at);
    if (age > withinDays * dayMs || age < -clockMs)
      throw refused('the command is too old or from the future');
    return { statement: value, officer, command };
  }

  /** The officers' agreement: two people, two keys, one content. */
  function agreed(one: Signed, other: Signed): { digest: string; parameters: RecoveryParameters } {
    if (one.officer.id === other.officer.id || one.officer.publicKeyDigest === other.officer.publicKeyDigest)
      throw refused('both commands are one officer’s');
    if (one.statement.nonce === other.statement.nonce) throw refused('both commands have one nonce');
    if (!isDeepStrictEqual(content(one.statement), content(other.statement)))
      throw refused('the two commands order different things');
    const parameters = RecoveryParameters.safeParse(one.statement.parameters);
    if (!parameters.success) throw refused('the parameters are not a recovery’s');
    return { digest: one.statement.subject.slice(recoverSubject.length), parameters: parameters.data };
  }

  /** Judged as of its last moment when it has ended: the keys of old certificates are what is recovered. */
  function checkIssued(certificate: Certificate, issuers: readonly Uint8Array[], now: Date): void {
    const at = certificate.notAfter < now ? certificate.notAfter : now;
    const chain = checkChain(certificate, { roots, intermediates: issuers.map(parsed), at });
    if (!chain.ok)
      throw refused(
        `certificate ${certificate.serialNumber} is of no CA that is trusted here: ${chain.reason}`,
      );
  }

  /** The same two commands are one recovery however often they come; either with another is none. */
  async function writeDown(
    tx: KeyTx,
    pairId: string,
    { digest, parameters }: ReturnType<typeof agreed>,
    both: readonly Signed[],
    now: Date,
  ): Promise<void> {
    const used = await tx
      .selectFrom('recovery_command')
      .innerJoin('recovery', 'recovery.id', 'recovery_command.recovery_id')
      .select(['recovery.id', 'recovery.pair_id', 'recovery.receiver'])
      .where(
        'nonce',
        'in',
        both.map(({ statement }) => statement.nonce),
      )
      .execute();
    const [first, second] = used;
    const same = first?.id === second?.id && first?.pair_id === pairId && first.receiver === parameters.for;
    if (same) return;
    if (first) throw refused('a command was used before');
    const id = randomId();
    await tx
      .insertInto('recovery')
      .values({ id, pair_id: pairId, receiver: parameters.for, at: now })
      .execute();
    await tx
      .insertInto('recovery_command')
      .values(
        both.map(({ statement, officer }) => ({
          nonce: statement.nonce,
          recovery_id: id,
          officer: officer.id,
        })),
      )
      .execute();
    const data = {
      recovery: id,
      certificate: digest,
      ...parameters,
      commands: both.map(({ officer, command }) => ({ officer: officer.id, ...command })),
    };
    const actor = `officers:${both.map(({ officer }) => officer.id).join(',')}`;
    await recordKey(tx, { actor, action: 'pair.recovered', subject: `pair:${pairId}`, data }, now);
  }

  return async function recover({
    commands,
    certificate,
    receiver,
    issuers,
  }: RecoveryOrder): Promise<RecoveredPair> {
    const certificates = { encryption: parsed(certificate), receiver: parsed(receiver) };
    const pair = await db.transaction().execute(async (tx) => {
      const now = clock();
      // One after the other: recoveries are rare, and two that share a command must see each other.
      await sql`select pg_advisory_xact_lock(hashtext('keymanagement recovery'))`.execute(tx);
      const [one, other] = [await signedBy(tx, commands[0], now), await signedBy(tx, commands[1], now)];
      const what = agreed(one, other);
      checkRecovery(what.digest, what.parameters, certificates, now);
      for (const each of Object.values(certificates)) checkIssued(each, issuers, now);
      const found = await tx
        .selectFrom('encryption_pair')
        .select(pairColumns)
        .where('public_key_digest', '=', publicKeyDigest(certificates.encryption.publicKey))
        .where('state', '!=', 'spare')
        .executeTakeFirst();
      if (!found) throw new DeskError('recovery-pair-unknown', { certificate: what.digest });
      await writeDown(tx, found.id, what, [one, other], now);
      return found;
    });
    return {
      publicKey: pair.public_key,
      envelope: envelopPair(storageKey, pair, certificates.receiver.publicKey),
    };
  };
}

const content = ({ origin, action, subject, parameters }: CommandStatement) => ({
  origin,
  action,
  subject,
  parameters,
});

const refused = (reason: string) => new DeskError('recovery-refused', { reason });

function parsed(der: Uint8Array): Certificate {
  try {
    return Certificate.parse(der);
  } catch (error) {
    if (!(error instanceof PkiError)) throw error;
    throw new DeskError('recovery-refused', { reason: 'a certificate cannot be read' }, { cause: error });
  }
}
