import { waitingCommands } from '../operators/commands.ts';
import { DeskError } from '../platform/error.ts';
import { type Command, UsageError } from './command.ts';
import { commandRules, handIn, orderAs, readSignedFile, signingUsage } from './signing.ts';

/** Takes a command that was signed elsewhere: the operator's key need never come near the server. */
export const commandSubmit: Command = {
  usage: 'command submit FILE',
  takes: 'one',
  does: 'Hands in a signed command that was written with --out',
  async run(context) {
    const [file] = context.args;
    if (!file) throw new UsageError('Which file?');
    return handIn(context, await readSignedFile(file));
  },
};

export const commandList: Command = {
  usage: 'command list',
  does: 'Lists the commands that wait for a second operator, with what they would do',
  async run(context) {
    const { db } = await context.database();
    const rules = await commandRules(context);
    for (const { id, acceptedAt, statement } of await waitingCommands(db, rules, context.now())) {
      const { action, subject, operator, reason, parameters } = statement;
      const details = JSON.stringify(parameters);
      context.say(
        `${id}  ${acceptedAt.toISOString()}  ${operator}  ${action}  ${subject}  ${details}  ${reason}`,
      );
    }
    return 0;
  },
};

/** Signs the same again as the second person. What is signed comes from the first one's command, and is shown. */
export const commandSecond: Command = {
  usage: `command second ID ${signingUsage}`,
  takes: 'one',
  does: 'Signs what a waiting command orders as the second of two operators',
  async run(context) {
    const [id] = context.args;
    if (!id) throw new UsageError('Which command?');
    const { db } = await context.database();
    const rules = await commandRules(context);
    const waiting = (await waitingCommands(db, rules, context.now())).find((one) => one.id === id);
    if (!waiting) throw new DeskError('command-not-waiting', { command: id });
    const { action, subject, parameters, operator, reason } = waiting.statement;
    context.tell(`${action} ${subject} ${JSON.stringify(parameters)}, signed by ${operator}: ${reason}`);
    return orderAs(context, { action, subject, parameters });
  },
};
