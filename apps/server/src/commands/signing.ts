/** How commands of the command line that an operator signs are signed, and handed in or written to a file. */
import { readFile } from 'node:fs/promises';
import { type CommandStatement, Origin, SignedStatement } from '@certdesk/contract';
import { writeFileAtomically } from '@certdesk/safe';
import { openAuditKey } from '../audit/key.ts';
import { type CommandOutcome, type CommandRules, readCommand, takeCommand } from '../operators/commands.ts';
import { openOperatorKey, signCommand } from '../operators/key.ts';
import { DeskError } from '../platform/error.ts';
import { readPassphrase } from '../setup/configuration.ts';
import { type CommandContext, needed, UsageError } from './command.ts';
import { signedCommands } from './signed-commands.ts';

/** Options of every command that an operator signs, the reason's apart. */
export const signerUsage =
  '--as OPERATOR --operator-key FILE --operator-passphrase-file FILE [--out FILE [--url ORIGIN]]';
export const signingUsage = `--because TEXT ${signerUsage}`;

export type Wish = Pick<CommandStatement, 'action' | 'subject' | 'parameters'>;

/**
 * Signs what is wanted as the operator of `--as`; then hands it in, or writes it to the file of `--out`.
 * @param why the option with the operator's reason
 */
export async function orderAs(
  context: CommandContext,
  wish: Wish,
  why: 'because' | 'reason' = 'because',
): Promise<number> {
  const { out } = context.options;
  const statement = { ...wish, operator: needed(context, 'as'), reason: needed(context, why) };
  const keyFile = needed(context, 'operator-key');
  const passphrase = await readPassphrase(needed(context, 'operator-passphrase-file'));
  const origin = await originOf(context);
  const signer = await openOperatorKey(keyFile, passphrase);
  const signed = await signCommand({ ...statement, origin }, signer, context.now());
  readCommand(signed); // what the desk would not read is not worth carrying there
  if (typeof out !== 'string') return handIn(context, signed);
  await writeFileAtomically(out, Buffer.from(`${JSON.stringify(signed)}\n`), 0o644);
  context.say(`Wrote ${out}. At the desk: certdesk command submit ${out}`);
  return 0;
}

/** The desk that is meant: on an operator's own machine there is no configuration to say so. */
async function originOf(context: CommandContext): Promise<string> {
  const { url } = context.options;
  if (typeof url !== 'string') return (await context.configuration()).publicOrigin;
  const origin = Origin.safeParse(url);
  if (!origin.success) throw new UsageError('--url: an origin such as https://desk.example');
  return origin.data;
}

/** Hands a signed command in and says what became of it. */
export async function handIn(context: CommandContext, signed: SignedStatement): Promise<number> {
  const rules = await commandRules(context, readCommand(signed));
  const { db } = await context.database();
  const outcome: CommandOutcome = await db
    .transaction()
    .execute((tx) => takeCommand(tx, rules, signed, context.now()));
  if (outcome.state === 'done') context.say(outcome.says);
  else {
    const until = outcome.until.toISOString();
    context.say(`Waits for a second operator until ${until}: certdesk command second ${outcome.id}`);
  }
  return 0;
}

/** @param claimed the passphrase is asked for only where it counts */
export async function commandRules(
  context: CommandContext,
  claimed?: CommandStatement,
): Promise<CommandRules> {
  const configuration = await context.configuration();
  const passphraseGiven = claimed?.action === 'operator.add' && Boolean(context.env.CERTDESK_PASSPHRASE_FILE);
  if (passphraseGiven) await openAuditKey(configuration.audit.key, await context.passphrase());
  return {
    origin: configuration.publicOrigin,
    definitions: signedCommands(configuration),
    maxAgeHours: configuration.operators.commandMaxAgeHours,
    secondWithinDays: configuration.operators.secondWithinDays,
    passphraseGiven,
  };
}

/** @throws DeskError `configuration-invalid`, `command-invalid` */
export async function readSignedFile(file: string): Promise<SignedStatement> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    const where = `${file}: ${(cause as NodeJS.ErrnoException).code}`;
    throw new DeskError('configuration-invalid', { where }, { cause });
  }
  try {
    return SignedStatement.parse(JSON.parse(text));
  } catch {
    throw new DeskError('command-invalid', { where: file });
  }
}
