import type { Database } from '../platform/database/connect.ts';
import type { Tables } from '../schema/tables.ts';
import type { Configuration } from '../setup/configuration.ts';

export type Env = Readonly<Record<string, string | undefined>>;

/** What a command is given: its own arguments, and what it may need, opened when it asks. */
export interface CommandContext {
  readonly args: readonly string[];
  readonly options: Readonly<Record<string, string | boolean | undefined>>;
  readonly env: Env;
  readonly now: () => Date;
  /** Results, on standard output. */
  say(line: string): void;
  /** Progress and reports, on standard error. */
  tell(line: string): void;
  /** @throws DeskError `configuration-invalid` */
  configuration(): Promise<Configuration>;
  /** @throws DeskError `configuration-invalid` */
  passphrase(): Promise<string>;
  /** Migrated; closed when the command ends. @throws DeskError `database-unavailable`, `configuration-invalid` */
  database(): Promise<Database<Tables>>;
}

export interface Command {
  /** As it stands in the help, after `certdesk`. */
  readonly usage: string;
  /** How many arguments may follow its words; without this none. */
  readonly takes?: 'one' | 'some';
  readonly does: string;
  /** @returns the exit code */
  run(context: CommandContext): Promise<number>;
}

/** The command was not understood: its usage is shown, and the exit code is 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** An option that the command cannot do without. @throws UsageError */
export function needed(context: CommandContext, name: string): string {
  const value = context.options[name];
  if (typeof value !== 'string' || value === '') throw new UsageError(`--${name} is missing`);
  return value;
}
