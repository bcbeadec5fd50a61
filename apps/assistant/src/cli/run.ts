import { parseArgs } from 'node:util';
import type { Language } from '@certdesk/contract';
import { KeyError } from '@certdesk/token';
import { openAssistant } from '../assistant.ts';
import { type AssistantError, asAssistantError, Declined } from '../errors.ts';
import { openHome } from '../home.ts';
import { version } from '../version.ts';
import type { Command } from './command.ts';
import { open, serve } from './daemon.ts';
import { changePin, list, show, verifyPin } from './keys.ts';
import { order } from './order.ts';
import { openTerminal } from './terminal.ts';
import { wordsIn } from './words.ts';

const desks: Command = async ({ assistant, terminal, words }) => {
  if (assistant.config.desks.length === 0) terminal.say(words.noDesks);
  for (const { name, origin, server } of assistant.config.desks) {
    terminal.say(origin === server ? `${name}  ${origin}` : `${name}  ${origin}  → ${server}`);
  }
  return 0;
};

const commands: Readonly<Record<string, Command>> = {
  serve,
  open,
  list,
  show,
  'verify-pin': verifyPin,
  'change-pin': changePin,
  order,
  desks,
};

/** Runs one command. @returns the exit code: 0 done, 1 refused or failed, 2 not understood */
export async function runCommand(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Promise<number> {
  let language: Language = 'zh';
  const parsed = readArguments(argv);
  if (!parsed) {
    process.stderr.write(`${wordsIn('zh').help}\n${wordsIn('en').help}\n`);
    return 2;
  }
  const [name = 'help', ...args] = parsed.positionals;
  const { values } = parsed;
  if (values.version) {
    process.stdout.write(`${version}\n`);
    return 0;
  }
  try {
    const assistant = await openAssistant(openHome(env));
    try {
      language = assistant.config.language;
      const words = wordsIn(language);
      const terminal = openTerminal(values['pin-stdin'] === true);
      const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
      if (!command) {
        terminal[name === 'help' ? 'say' : 'complain'](words.help);
        return name === 'help' ? 0 : 2;
      }
      const options = {
        yes: values.yes === true,
        lastTry: values['last-try'] === true,
        origin: values.origin,
      };
      return await command({ assistant, terminal, words, args, options, env });
    } finally {
      assistant.close();
    }
  } catch (error) {
    return complain(error, language);
  }
}

function readArguments(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        yes: { type: 'boolean' },
        origin: { type: 'string' },
        'pin-stdin': { type: 'boolean' },
        'last-try': { type: 'boolean' },
        version: { type: 'boolean' },
      },
    });
  } catch {
    return undefined;
  }
}

/** The sentence first; the code stands small behind it, for the help desk. */
function complain(error: unknown, language: Language): number {
  if (error instanceof Declined) return 1;
  const known = asAssistantError(error);
  if (known.code === 'internal' && error instanceof Error) process.stderr.write(`${error.message}\n`);
  else process.stderr.write(`${known.sentence(language)} [${known.code}]\n${driversWords(known)}`);
  return 1;
}

/** What a driver said of a library or a key, for whoever sets it up: functions, files and numbers, never a PIN. */
function driversWords({ cause }: AssistantError): string {
  if (!(cause instanceof KeyError)) return '';
  const words = [cause.message, cause.cause instanceof Error ? cause.cause.message : ''];
  const said = words.filter((text) => text.includes(' '));
  return said.length > 0 ? `  (${[...new Set(said)].join('; ')})\n` : '';
}
