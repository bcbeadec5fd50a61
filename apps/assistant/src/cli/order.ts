import { readFile } from 'node:fs/promises';
import { SignedOrder } from '@certdesk/contract';
import { AssistantError, Declined } from '../errors.ts';
import { viewOf } from '../local/order-window.ts';
import type { OrderDialogue, PinReply, PinRequest } from '../orders/dialogue.ts';
import { verifyOrder } from '../orders/trust.ts';
import type { Command, CommandContext } from './command.ts';

/** Carries out an order that lies in a file, as the window would; a sign-in's answer is printed as JSON. */
export const order: Command = async (context) => {
  const { assistant, terminal, words, args, options } = context;
  const [file = ''] = args;
  const signed = await readOrderFile(file);
  if (!signed) {
    terminal.complain(words.badFile(file));
    return 1;
  }
  const origin = options.origin ?? originOf(signed);
  const trusted = verifyOrder(signed, origin, assistant.config.desks);
  for (const line of words.order(viewOf(trusted, assistant.config.phrase))) terminal.complain(line);
  if (!options.yes && !/^(y|yes|是|好|同意)$/i.test((await terminal.ask(words.agree)).trim())) {
    terminal.complain(words.declined);
    return 1;
  }
  const facts = { order: trusted.order.id, purpose: trusted.order.purpose, desk: trusted.desk.origin };
  try {
    const outcome = await assistant.run(trusted, terminalDialogue(context));
    assistant.log.write('order done', facts);
    terminal.complain(words.done);
    if (outcome.purpose === 'sign-in') {
      terminal.say(JSON.stringify({ statement: outcome.statement, certificate: outcome.certificate }));
    }
    if ((outcome.purpose === 'renewal' || outcome.purpose === 'amendment') && outcome.certificate) {
      for (const line of words.held(outcome.certificate)) terminal.say(line);
    }
    return 0;
  } catch (error) {
    if (error instanceof AssistantError) assistant.log.write('order failed', { ...facts, code: error.code });
    throw error;
  }
};

async function readOrderFile(file: string): Promise<SignedOrder | undefined> {
  try {
    const read = SignedOrder.safeParse(JSON.parse(await readFile(file, 'utf8')));
    return read.success ? read.data : undefined;
  } catch {
    return undefined;
  }
}

/** Whoever hands over a file stands for the page; the order's own origin says which trusted desk must have signed it. */
function originOf({ payload }: SignedOrder): string {
  try {
    const { origin } = JSON.parse(Buffer.from(payload, 'base64').toString()) as { origin?: unknown };
    return typeof origin === 'string' ? origin : '';
  } catch {
    return '';
  }
}

/** Without a terminal nothing is waited for that a person would have to do. */
function terminalDialogue({ terminal, words, options, assistant }: CommandContext): OrderDialogue {
  const { language } = assistant.config;
  let waiting = false;
  return {
    async keyWanted(code, signal) {
      const wanted = new AssistantError(code, { entityName: '' });
      if (!terminal.interactive) throw wanted;
      terminal.complain(`${wanted.sentence(language)} ${words.putKeyIn}`);
      // The driver's watch does not keep the process alive by itself.
      const alive = setInterval(() => undefined, 60_000);
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
      clearInterval(alive);
    },
    async askPin(request) {
      return {
        certificate: await choose(request),
        pin: await pinFor(request),
        confirmLastTry: options.lastTry,
      };
    },
    progress(step) {
      if (step === null || step === 'sign') terminal.complain(words.doNotUnplug);
      if (step !== null) terminal.complain(`  ${words.step[step]}`);
    },
    waitingForServer(now) {
      if (now && !waiting) terminal.complain(words.waiting);
      waiting = now;
    },
  };

  async function choose({ candidates }: PinRequest): Promise<PinReply['certificate']> {
    const [only] = candidates;
    if (only && candidates.length === 1) return only.certificate.digest;
    for (const [at, { certificate, key }] of candidates.entries()) {
      terminal.complain(`${at + 1}. ${certificate.entityName} ${certificate.serialNumber} (${key.label})`);
    }
    const chosen = candidates[Number(await terminal.ask(words.whichCertificate)) - 1];
    if (!chosen) throw new Declined();
    return chosen.certificate.digest;
  }

  async function pinFor({ candidates, problem }: PinRequest): Promise<string> {
    const [candidate] = candidates;
    if (problem === 'last-try') {
      terminal.complain(words.lastTry);
      throw new Declined();
    }
    if (problem && candidate) {
      terminal.complain(words.problem(problem, candidate.pin));
      // A script must not spend the tries that a person would think about.
      if (!terminal.interactive) throw new Declined();
    }
    if (candidate?.samePair) terminal.complain(words.samePair[candidate.samePair]);
    if (candidate) terminal.complain(words.tries(candidate.pin));
    return terminal.askSecret(words.pinPrompt);
  }
}
