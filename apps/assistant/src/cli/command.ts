import type { Assistant } from '../assistant.ts';
import type { Terminal } from './terminal.ts';
import type { Words } from './words.ts';

export interface Options {
  readonly yes: boolean;
  readonly lastTry: boolean;
  readonly origin: string | undefined;
}

export interface CommandContext {
  readonly assistant: Assistant;
  readonly terminal: Terminal;
  readonly words: Words;
  /** After the command's name. */
  readonly args: readonly string[];
  readonly options: Options;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** @returns the exit code */
export type Command = (context: CommandContext) => Promise<number>;
