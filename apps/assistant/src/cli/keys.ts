import { AssistantError } from '../errors.ts';
import { usePin } from '../keys/pin.ts';
import type { PresentKey } from '../keys/ring.ts';
import { keyHandle, keyView, pinView } from '../keys/views.ts';
import type { Command } from './command.ts';

export const list: Command = async ({ assistant, terminal, words }) => {
  const keys = await assistant.ring.survey();
  if (keys.length === 0) terminal.say(words.noKeys);
  for (const key of keys) terminal.say(words.key(keyView(key)));
  return 0;
};

export const show: Command = async (context) => {
  const key = await theKey(context);
  if (!key) return 1;
  const view = keyView(key);
  if (view.trouble) throw new AssistantError(view.trouble);
  context.terminal.say(context.words.key(view));
  for (const held of view.certificates)
    for (const line of context.words.held(held)) context.terminal.say(line);
  return 0;
};

export const verifyPin: Command = (context) => withPin(context, false);
export const changePin: Command = (context) => withPin(context, true);

async function withPin(context: Parameters<Command>[0], change: boolean): Promise<number> {
  const { terminal, words, options } = context;
  const found = await theKey(context);
  if (!found) return 1;
  terminal.say(words.tries(pinView(found.info.pin)));
  const pin = await terminal.askSecret(words.pinPrompt);
  const newPin = change ? await terminal.askSecret(words.newPinPrompt) : undefined;
  if (newPin !== undefined && newPin !== (await terminal.askSecret(words.newPinAgain))) {
    terminal.complain(words.pinsDiffer);
    return 1;
  }
  const key = await found.driver.open(found.info.ref);
  try {
    const use = () => (newPin === undefined ? key.verifyPin(pin) : key.changePin(pin, newPin));
    const pins = newPin === undefined ? [pin] : [pin, newPin];
    const answer = await usePin(key, pins, options.lastTry, use);
    if (answer.result === 'ok') terminal.say(change ? words.pinChanged : words.pinRight);
    else if (answer.result === 'last-try') terminal.complain(words.lastTry);
    else terminal.complain(words.problem(answer.result, answer.pin));
    return answer.result === 'ok' ? 0 : 1;
  } finally {
    await key.logout().catch(() => undefined);
    await key.close();
  }
}

/** The key named by the first argument, by its handle, file name or serial; the only one without an argument. */
async function theKey({
  assistant,
  terminal,
  words,
  args,
}: Parameters<Command>[0]): Promise<PresentKey | undefined> {
  const keys = await assistant.ring.survey();
  const [name] = args;
  if (keys.length === 0) throw new AssistantError('key-missing');
  if (name === undefined) {
    if (keys.length === 1) return keys[0];
    terminal.complain(words.whichKey);
    return undefined;
  }
  const found = keys.filter(({ info }) => [keyHandle(info), info.ref, info.serial].includes(name));
  if (found.length === 1) return found[0];
  terminal.complain(found.length > 1 ? words.whichKey : words.noSuchKey(name));
  return undefined;
}
