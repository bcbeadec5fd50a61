import { type Order, problem, type WriteStep } from '@certdesk/contract';
import { AssistantError, asAssistantError, Declined } from '../errors.ts';
import type { Log } from '../log.ts';
import type { KeyWanted, OrderDialogue, PinReply, PinRequest } from '../orders/dialogue.ts';
import type { OrderOutcome } from '../orders/execute.ts';
import type { TrustedOrder } from '../orders/trust.ts';
import type { OrderResult, OrderState, OrderView } from './views.ts';

type Shown = OrderState extends infer S
  ? S extends { version: number }
    ? Omit<S, 'version'>
    : never
  : never;

/** Carries an order out with a dialogue. */
export type RunOrder = (trusted: TrustedOrder, dialogue: OrderDialogue) => Promise<OrderOutcome>;

/** One window that a page opened: shows what the order's execution says, and passes on what the clerk answers. */
export class OrderWindow implements OrderDialogue {
  #state: OrderState = { version: 0, phase: 'empty' };
  #view: OrderView | undefined;
  #waiting = new Set<() => void>();
  #answer: { resolve: (reply: PinReply) => void; reject: (error: Error) => void } | undefined;

  get state(): OrderState {
    return this.#state;
  }

  /** The clerk has not agreed yet, or the key is wanted: nothing is under way that must not be left alone. */
  get idle(): boolean {
    return this.#state.phase === 'key' || this.#state.phase === 'pin';
  }

  /** @returns the state once it is another than that of `version` */
  async changedAfter(version: number, signal: AbortSignal): Promise<OrderState> {
    while (this.#state.version === version && !signal.aborted) {
      await new Promise<void>((resolve) => {
        this.#waiting.add(resolve);
        signal.addEventListener('abort', () => resolve(), { once: true });
      });
    }
    return this.#state;
  }

  /** Runs until the order is at its end, whichever; never rejects. */
  async carryOut(trusted: TrustedOrder, phrase: string, run: RunOrder, log: Log): Promise<void> {
    const { order } = trusted;
    const view = viewOf(trusted, phrase);
    this.#view = view;
    const facts = { order: order.id, purpose: order.purpose, desk: trusted.desk.origin };
    log.write('order shown', facts);
    try {
      const outcome = await run(trusted, this);
      log.write('order done', facts);
      this.#show({ phase: 'done', order: view, result: resultOf(outcome) });
    } catch (error) {
      if (error instanceof Declined) {
        log.write('order declined', facts);
        this.#show({ phase: 'declined', order: view });
        return;
      }
      const { code, details } = asAssistantError(error);
      log.write('order failed', { ...facts, code });
      this.#show({ phase: 'failed', order: view, code, details, sentence: problem(code, details).sentence });
    }
  }

  /** The clerk agreed. @returns the state after the key judged the PIN */
  async pin(reply: PinReply, signal: AbortSignal): Promise<OrderState> {
    const answer = this.#answer;
    if (this.#state.phase !== 'pin' || !answer) return this.#state;
    const { version } = this.#state;
    this.#answer = undefined;
    answer.resolve(reply);
    return this.changedAfter(version, signal);
  }

  /** The clerk said no, or the window is gone. Work that has begun is not declined. */
  async decline(signal: AbortSignal): Promise<OrderState> {
    const answer = this.#answer;
    if (!this.idle || !answer) return this.#state;
    const { version } = this.#state;
    this.#answer = undefined;
    answer.reject(new Declined());
    return this.changedAfter(version, signal);
  }

  // ── what the execution says ──

  keyWanted(code: KeyWanted, signal: AbortSignal): Promise<void> {
    const pending = this.#ask(signal);
    this.#show({ phase: 'key', order: this.#order, code });
    return pending.then(() => undefined);
  }

  askPin({ candidates, problem, again }: PinRequest, signal: AbortSignal): Promise<PinReply> {
    const pending = this.#ask(signal);
    this.#show({ phase: 'pin', order: this.#order, certificates: [...candidates], problem, again });
    return pending;
  }

  progress(step: WriteStep | 'sign' | null, samePair = false): void {
    this.#show({ phase: 'working', order: this.#order, step, waitingForServer: false, samePair });
  }

  waitingForServer(waiting: boolean): void {
    if (this.#state.phase === 'working') this.#show({ ...this.#state, waitingForServer: waiting });
  }

  get #order(): OrderView {
    if (!this.#view) throw new AssistantError('internal', { reference: 'no order' });
    return this.#view;
  }

  #ask(signal: AbortSignal): Promise<PinReply> {
    return new Promise((resolve, reject) => {
      const answer = { resolve, reject };
      this.#answer = answer;
      signal.addEventListener('abort', () => {
        if (this.#answer === answer) this.#answer = undefined;
      });
    });
  }

  #show(state: Shown): void {
    this.#state = { ...state, version: this.#state.version + 1 } as OrderState;
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const wake of waiting) wake();
  }
}

/** An order in parts, to be said in words. */
export function viewOf({ order, desk }: TrustedOrder, phrase: string): OrderView {
  const common = { id: order.id, phrase, desk: desk.name, origin: order.origin };
  return { ...common, ...wordsOf(order) };
}

type Words = OrderView extends infer V
  ? V extends { purpose: string }
    ? Omit<V, 'id' | 'phrase' | 'desk' | 'origin'>
    : never
  : never;

function wordsOf(order: Order): Words {
  if (order.purpose === 'sign-in') return { purpose: 'sign-in' };
  if (order.purpose === 'tidy') {
    return { purpose: 'tidy', caseNumber: order.case.number, leftovers: order.leftovers.length };
  }
  const { entityName, identityNumbers, added, twin } = order.confirmed;
  const common = {
    caseNumber: order.case.number,
    entityName,
    identityNumbers,
    added,
    notAfter: order.notAfter,
    twin,
  };
  if (order.purpose === 'amendment') return { purpose: 'amendment', ...common };
  const { years, agreement } = order.confirmed;
  return { purpose: 'renewal', ...common, years, agreementVersion: agreement.version };
}

function resultOf(outcome: OrderOutcome): OrderResult {
  if (outcome.purpose === 'sign-in') {
    const { purpose, statement, certificate } = outcome;
    return { purpose, statement, certificate };
  }
  if (outcome.purpose === 'tidy') return { purpose: 'tidy' };
  return { purpose: outcome.purpose, certificate: outcome.certificate };
}
