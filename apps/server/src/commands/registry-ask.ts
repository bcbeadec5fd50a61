import { IdentityKind, IdentityNumber, identityKinds } from '@certdesk/contract';
import { configuredRegisters, openRegisters } from '../registry/configured.ts';
import type { NoAnswer } from '../registry/http/no-answer.ts';
import type { RegistryAnswer } from '../registry/registry.ts';
import { type Command, type CommandContext, UsageError } from './command.ts';

/** Asks as a case would, kept answers included, and says what came of it: to try a configuration before holders do. */
export const registryAsk: Command = {
  usage: `registry ask NUMBER [--kind ${identityKinds.join('|')}] [--name NAME]`,
  takes: 'one',
  does: 'Asks the configured registers for an entity, in their order and as a case would, and prints the answer, which register gave it and how old it is; the exit code is 1 where they are silent',
  async run(context) {
    const number = numberOf(context);
    const opened = await openRegisters(
      (await context.configuration()).registry,
      await context.passphrase(),
      context.now(),
    );
    const { db } = await context.database();
    const registers = configuredRegisters(opened, {
      db,
      clock: context.now,
      onTrouble: (error) => tellTrouble(context, error),
      onBreaker: () => {},
      onAnswer: (register, answer, seconds) =>
        context.tell(`${register}: ${answer}, after ${Math.round(seconds * 1000)} ms`),
    });
    try {
      const { name } = context.options;
      const answer = await registers.find([number], typeof name === 'string' ? name : undefined);
      for (const line of linesOf(answer)) context.say(line);
      return answer.kind === 'silent' ? 1 : 0;
    } finally {
      await registers.close();
    }
  },
};

/** @throws UsageError */
function numberOf({ args: [value], options }: CommandContext): IdentityNumber {
  if (!value) throw new UsageError('Which number?');
  const kind = IdentityKind.safeParse(options.kind ?? 'uscc');
  if (!kind.success) throw new UsageError(`--kind is one of ${identityKinds.join(', ')}`);
  const number = IdentityNumber.safeParse({ kind: kind.data, value });
  if (!number.success) throw new UsageError('A number has 64 characters at most');
  return number.data;
}

/** With what stood in the answer, which no log is told. */
function tellTrouble(context: CommandContext, { message, said, cause }: NoAnswer): void {
  const there = said === undefined ? '' : `; there stands ${JSON.stringify(said).slice(0, 200)}`;
  const behind = cause instanceof Error ? `: ${cause.message}` : '';
  context.tell(`http: ${message}${behind}${there}`);
}

function linesOf(answer: RegistryAnswer): string[] {
  if (answer.kind === 'silent') return ['silent'];
  if (answer.kind === 'unknown') return [`unknown (${answer.reason})`];
  const { entity, origin, askedAt } = answer;
  const minutes = Math.max(0, Math.round((askedAt.getTime() - origin.saidAt.getTime()) / 60_000));
  return [
    'found',
    `name      ${entity.name}`,
    `state     ${entity.state}`,
    `division  ${entity.division ?? '–'}`,
    ...entity.numbers.map(({ kind, value }) => `${kind}  ${value}`),
    `register  ${origin.register}, ${origin.reference}`,
    `said at   ${origin.saidAt.toISOString()}, ${minutes} minutes ago`,
  ];
}
