import type { RunOrder } from '../src/local/order-window.ts';
import type { Candidate, OrderState, PinProblem } from '../src/local/views.ts';
import type { OrderDialogue, PinReply } from '../src/orders/dialogue.ts';
import type { OrderOutcome } from '../src/orders/execute.ts';

type Wanted = (OrderState & { phase: 'key' })['code'];

/** An order's execution that does what the test says, in place of a key's work. */
export class Script {
  /** How many orders were taken up. */
  begun = 0;
  #began: (dialogue: OrderDialogue) => void = () => undefined;
  #settle: { resolve: (outcome: OrderOutcome) => void; reject: (error: Error) => void } | undefined;
  readonly #dialogue = new Promise<OrderDialogue>((resolve) => {
    this.#began = resolve;
  });

  readonly run: RunOrder = (_, dialogue) => {
    this.begun += 1;
    return new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
      this.#began(dialogue);
    });
  };

  async wantKey(code: Wanted): Promise<void> {
    const dialogue = await this.#dialogue;
    dialogue.keyWanted(code, new AbortController().signal).catch((error) => this.fail(error));
  }

  /** @returns what waits for the clerk's answer; it never comes when the clerk declines */
  async askPin(
    candidates: readonly Candidate[],
    { problem = null, again = false }: { problem?: PinProblem | null; again?: boolean } = {},
  ): Promise<{ reply: Promise<PinReply> }> {
    const dialogue = await this.#dialogue;
    const reply = dialogue.askPin({ candidates, problem, again }, new AbortController().signal);
    reply.catch((error) => this.fail(error));
    return { reply };
  }

  async work(
    step: Parameters<OrderDialogue['progress']>[0],
    { waitingForServer = false, samePair = false } = {},
  ): Promise<void> {
    const dialogue = await this.#dialogue;
    dialogue.progress(step, samePair);
    if (waitingForServer) dialogue.waitingForServer(true);
  }

  async finish(outcome: OrderOutcome): Promise<void> {
    await this.#dialogue;
    this.#settle?.resolve(outcome);
  }

  fail(error: Error): void {
    this.#settle?.reject(error);
  }
}
