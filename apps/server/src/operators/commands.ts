/**
 * Signed commands: what operators order, each signed by its operator's key. One function takes them, whatever they do: it checks
 * origin, role, signature, age and single use, keeps the command with its signature in a table and in the audit row, and
 * carries it out, all in one transaction. What needs two people waits for the same command of a second one.
 */
import { createHash } from 'node:crypto';
import { CommandStatement, type SignedStatement, signedTypes } from '@certdesk/contract';
import type { z } from 'zod';
import { record } from '../audit/record.ts';
import { readStatement } from '../orders/statement.ts';
import { DeskError } from '../platform/error.ts';
import { randomId } from '../platform/random.ts';
import type { Db, Tx } from '../schema/database.ts';
import { findOperator, type Operator } from './register.ts';
import type { OperatorRole } from './roles.ts';

/** A command that may be carried out. */
export interface Command<Parameters> {
  /** Its row in `operator_command`; of two people's, the second's. */
  readonly id: string;
  readonly subject: string;
  readonly parameters: Parameters;
  readonly reason: string;
  /** Who signed it: one operator, or the first and the second. */
  readonly operators: readonly Operator[];
  /** How the audit log names who did it: `operator:<id>`, the second of two. */
  readonly actor: string;
  /** Whether the server's passphrase was given where it was submitted. */
  readonly passphraseGiven: boolean;
}

/** What an action is: written where what it does is at home, and listed where commands are taken. */
export interface CommandDefinition<Parameters = unknown> {
  /** `certificate.revoke` */
  readonly action: string;
  /** What its subject begins with: `certificate:`. */
  readonly subject: string;
  readonly role: OperatorRole;
  readonly parameters: z.ZodType<Parameters>;
  /** How many different operators must sign. */
  people(tx: Tx): Promise<1 | 2>;
  /** Does it, in the command's transaction. @returns a sentence on what was done */
  carryOut(tx: Tx, command: Command<Parameters>, now: Date): Promise<string>;
}

/** Keeps each definition's own types and lets them stand in one list. */
export function defineCommand<Parameters>(definition: CommandDefinition<Parameters>): CommandDefinition {
  return definition as CommandDefinition;
}

export interface CommandRules {
  /** Of this desk. */
  readonly origin: string;
  readonly definitions: readonly CommandDefinition[];
  /** A command is submitted within so many hours after it was signed. */
  readonly maxAgeHours: number;
  /** The second of two people signs within so many days. */
  readonly secondWithinDays: number;
  readonly passphraseGiven?: boolean;
}

export type CommandOutcome =
  | { readonly state: 'done'; readonly id: string; readonly says: string }
  /** For a second operator, who signs the same until then. */
  | { readonly state: 'waiting'; readonly id: string; readonly until: Date };

/** How far ahead an operator's clock may be. */
const aheadMs = 5 * 60_000;
const hourMs = 3_600_000;

/**
 * Takes a signed command and does what it says.
 * @throws DeskError `command-invalid`, `operator-unknown`, `command-signature`, `operator-role`, `command-time`, `command-used`,
 *   `command-same-operator`, and what carrying it out throws: then nothing of it is kept
 */
export async function takeCommand(
  tx: Tx,
  rules: CommandRules,
  signed: SignedStatement,
  now: Date,
): Promise<CommandOutcome> {
  const claimed = readCommand(signed);
  const operator = await findOperator(tx, claimed.operator);
  if (!operator || operator.disabled_at)
    throw new DeskError('operator-unknown', { operator: claimed.operator });
  const { value, verified } = readStatement(
    signedTypes.command,
    CommandStatement,
    signed,
    operator.public_key,
  );
  if (!verified) throw new DeskError('command-signature');
  const definition = definitionFor(rules, value);
  const parameters = parametersOf(definition, value);
  if (!mayOrder(operator, definition)) {
    throw new DeskError('operator-role', { operator: operator.id, role: definition.role });
  }
  checkTime(value.at, rules.maxAgeHours, now);

  const content = contentDigest(value);
  // The same content one after the other, so that of two second people one finds it done.
  await lockContent(tx, content);
  const row = {
    id: randomId(),
    operator_id: operator.id,
    action: value.action,
    subject: value.subject,
    content_digest: content,
    nonce: value.nonce,
    payload: Buffer.from(signed.payload, 'base64'),
    signature: Buffer.from(signed.signature, 'base64'),
    accepted_at: now,
    seconded_by: null,
  };
  const keep = async (state: 'waiting' | 'done') => {
    const kept = await tx
      .insertInto('operator_command')
      .values({ ...row, state })
      .onConflict((conflict) => conflict.column('nonce').doNothing())
      .returning('id')
      .executeTakeFirst();
    if (!kept) throw new DeskError('command-used');
  };
  const log = (action: string, more: object) => {
    const data = { command: value.action, payload: signed.payload, signature: signed.signature, ...more };
    return record(tx, { actor: `operator:${operator.id}`, action, subject: value.subject, data }, now);
  };

  await refuseUsed(tx, value.nonce);
  const needed = await definition.people(tx);
  const first = needed === 2 ? await firstOf(tx, definition, content, rules, now) : undefined;
  if (first?.operator.id === operator.id) {
    throw new DeskError('command-same-operator', { operator: operator.id });
  }
  if (needed === 2 && !first) {
    await keep('waiting');
    await log('command.first', {});
    return {
      state: 'waiting',
      id: row.id,
      until: new Date(now.getTime() + rules.secondWithinDays * 24 * hourMs),
    };
  }
  await keep('done');
  if (first) {
    await tx
      .updateTable('operator_command')
      .set({ state: 'done', seconded_by: row.id })
      .where('id', '=', first.id)
      .execute();
  }
  await log('command.carried-out', first ? { first: first.operator.id } : {});
  const says = await definition.carryOut(
    tx,
    {
      id: row.id,
      subject: value.subject.slice(definition.subject.length),
      parameters,
      reason: value.reason,
      operators: first ? [first.operator, operator] : [operator],
      actor: `operator:${operator.id}`,
      passphraseGiven: rules.passphraseGiven ?? false,
    },
    now,
  );
  return { state: 'done', id: row.id, says };
}

/** What is claimed, nothing of it verified yet. @throws DeskError `command-invalid` */
export function readCommand(signed: SignedStatement): CommandStatement {
  let json: unknown;
  try {
    json = JSON.parse(Buffer.from(signed.payload, 'base64').toString());
  } catch {
    throw new DeskError('command-invalid', { where: 'not JSON' });
  }
  const parsed = CommandStatement.safeParse(json);
  if (parsed.success) return parsed.data;
  const where = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'command'}: ${message}`);
  throw new DeskError('command-invalid', { where: where.slice(0, 3).join('; ') });
}

function definitionFor(
  rules: CommandRules,
  { origin, action, subject }: CommandStatement,
): CommandDefinition {
  if (origin !== rules.origin) throw new DeskError('command-invalid', { where: `origin: ${origin}` });
  const definition = rules.definitions.find((one) => one.action === action);
  if (!definition) throw new DeskError('command-invalid', { where: `action: ${action}` });
  if (!subject.startsWith(definition.subject)) throw new DeskError('command-invalid', { where: 'subject' });
  return definition;
}

function parametersOf(definition: CommandDefinition, { parameters }: CommandStatement): unknown {
  const parsed = definition.parameters.safeParse(parameters);
  if (parsed.success) return parsed.data;
  const where = parsed.error.issues.map(
    ({ path, message }) => `${['parameters', ...path].join('.')}: ${message}`,
  );
  throw new DeskError('command-invalid', { where: where.slice(0, 3).join('; ') });
}

const mayOrder = ({ roles, disabled_at }: Operator, { role }: CommandDefinition) =>
  disabled_at === null && roles.includes(role);

function checkTime(at: string, maxAgeHours: number, now: Date): void {
  const age = now.getTime() - Date.parse(at);
  if (age > maxAgeHours * hourMs || age < -aheadMs) throw new DeskError('command-time', { at });
}

/** What two people must agree on. Not the reason: each gives his own. */
export function contentDigest({ action, subject, parameters }: CommandStatement): string {
  const sorted = Object.entries(parameters).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256')
    .update(JSON.stringify([action, subject, sorted]))
    .digest('hex');
}

async function lockContent(tx: Tx, digest: string): Promise<void> {
  // 53 bits of a digest: two contents that fall together only wait for each other.
  const number = Number.parseInt(digest.slice(0, 13), 16);
  await tx.selectNoFrom((e) => e.fn('pg_advisory_xact_lock', [e.val(number)]).as('locked')).execute();
}

async function refuseUsed(tx: Tx, nonce: string): Promise<void> {
  const used = await tx
    .selectFrom('operator_command')
    .select('id')
    .where('nonce', '=', nonce)
    .executeTakeFirst();
  if (used) throw new DeskError('command-used');
}

/** The first person's command that waits, unless it waited too long or its operator may not order it any more. */
async function firstOf(
  tx: Tx,
  definition: CommandDefinition,
  content: string,
  { secondWithinDays }: CommandRules,
  now: Date,
): Promise<{ id: string; operator: Operator } | undefined> {
  const waiting = await tx
    .selectFrom('operator_command')
    .select(['id', 'operator_id', 'accepted_at'])
    .where('content_digest', '=', content)
    .where('state', '=', 'waiting')
    .executeTakeFirst();
  if (!waiting) return undefined;
  const operator = await findOperator(tx, waiting.operator_id);
  const inTime = now.getTime() - waiting.accepted_at.getTime() <= secondWithinDays * 24 * hourMs;
  if (operator && inTime && mayOrder(operator, definition)) return { id: waiting.id, operator };
  await tx.updateTable('operator_command').set({ state: 'lapsed' }).where('id', '=', waiting.id).execute();
  return undefined;
}

export interface WaitingCommand {
  readonly id: string;
  readonly acceptedAt: Date;
  readonly statement: CommandStatement;
}

/** Commands that wait for a second operator, the oldest first; those that waited too long are left out. */
export async function waitingCommands(
  db: Db,
  { secondWithinDays }: Pick<CommandRules, 'secondWithinDays'>,
  now: Date,
): Promise<WaitingCommand[]> {
  const rows = await db
    .selectFrom('operator_command')
    .select(['id', 'accepted_at', 'payload', 'signature'])
    .where('state', '=', 'waiting')
    .where('accepted_at', '>=', new Date(now.getTime() - secondWithinDays * 24 * hourMs))
    .orderBy('accepted_at')
    .execute();
  return rows.map(({ id, accepted_at, payload }) => ({
    id,
    acceptedAt: accepted_at,
    statement: CommandStatement.parse(JSON.parse(Buffer.from(payload).toString())),
  }));
}
