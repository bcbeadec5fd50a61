import { randomBytes } from 'node:crypto';
import type { Order, WriteStep } from '@certdesk/contract';
import { asAssistantError, Declined, isKeyRemoved } from '../errors.ts';
import type { KeyRing } from '../keys/ring.ts';
import { certificateView } from '../keys/views.ts';
import type { OrderResult } from '../local/views.ts';
import { carryOutAmendment } from './amendment.ts';
import type { OrderDialogue } from './dialogue.ts';
import { type Pause, whileFresh } from './fresh-order.ts';
import { carryOutRenewal } from './renewal.ts';
import type { OrderServer } from './server.ts';
import { signIn } from './sign-in.ts';
import { removeLeftovers, writeMissing } from './tidy.ts';
import type { TrustedOrder } from './trust.ts';
import { dropRights, type UnlockedKey, unlockKey } from './unlock.ts';

export interface OrderTools {
  readonly ring: KeyRing;
  readonly server: OrderServer;
  readonly dialogue: OrderDialogue;
  /** Waits between renewals of an order that nobody agrees to yet. */
  readonly pause: Pause;
}

export type OrderOutcome = OrderResult & {
  /** The new certificate of a renewal or an amendment, DER. */
  readonly newCertificate?: Uint8Array;
};

/**
 * Carries out one order: finds its key, has the person agree and unlock it, does the work. A key pulled out is waited
 * for, and the PIN asked again. PIN rights are dropped whatever happens.
 * @throws AssistantError with the code to show; Declined
 */
export async function executeOrder(trusted: TrustedOrder, tools: OrderTools): Promise<OrderOutcome> {
  try {
    return await new Execution(trusted, tools).run();
  } catch (error) {
    throw error instanceof Declined ? error : asAssistantError(error);
  }
}

class Execution {
  #trusted: TrustedOrder;
  readonly #tools: OrderTools;
  /** The same attempt may take the same order again, after a lost answer as after a lost key. */
  readonly #attempt = randomBytes(32).toString('base64url');
  #taken = false;
  /** Issued for in this run: a key pulled out just when the old container left it is known by its new pair. */
  #newKey: string | undefined;

  constructor(trusted: TrustedOrder, tools: OrderTools) {
    this.#trusted = trusted;
    this.#tools = tools;
  }

  async run(): Promise<OrderOutcome> {
    for (let again = false; ; again = true) {
      const unlocked = await this.#unlock(again);
      try {
        return await this.#work(unlocked);
      } catch (error) {
        if (!isKeyRemoved(error)) throw error;
      } finally {
        await dropRights(unlocked.key);
      }
    }
  }

  get #order(): Order {
    const { order } = this.#trusted;
    return order.purpose === 'renewal' && this.#newKey ? { ...order, newKey: this.#newKey } : order;
  }

  async #unlock(again: boolean): Promise<UnlockedKey> {
    const { ring, server, dialogue, pause } = this.#tools;
    const unlock = (signal?: AbortSignal) => unlockKey(this.#order, { ring, dialogue, again, signal });
    if (this.#taken) return unlock();
    const { result, trusted } = await whileFresh(this.#trusted, server, pause, unlock);
    this.#trusted = trusted;
    return result;
  }

  async #work(unlocked: UnlockedKey): Promise<OrderOutcome> {
    const { dialogue, server } = this.#tools;
    const { signed } = this.#trusted;
    const order = this.#order;
    if (order.purpose === 'sign-in') {
      dialogue.progress('sign');
      return { purpose: 'sign-in', ...(await signIn(order, unlocked)) };
    }
    dialogue.progress(null);
    const state = await server.take(signed, this.#attempt);
    this.#taken = true;
    const { key } = unlocked;
    const progress = (step: WriteStep, samePair?: boolean) => {
      dialogue.progress(step, samePair);
      // The other steps the server tells by what it is asked for: a request, a certificate that was given, a proof.
      if (step === 'prove') server.progress(step);
    };
    if (order.purpose === 'tidy') {
      progress('tidy');
      await writeMissing(
        key,
        order.certificates.map((der) => Buffer.from(der, 'base64')),
      );
      await server.finish(await removeLeftovers(key, order.leftovers, { keys: [order.key] }));
      return { purpose: 'tidy' };
    }
    const onIssued = (newKey: string) => {
      this.#newKey = newKey;
    };
    const work = { key, server, state, progress, onIssued };
    const { certificate, encryption } = await (order.purpose === 'renewal'
      ? carryOutRenewal({ ...work, order })
      : carryOutAmendment({ ...work, order }));
    return {
      purpose: order.purpose,
      certificate: {
        signing: certificateView(certificate, 'signing') ?? null,
        encryption: (encryption && certificateView(encryption, 'encryption')) ?? null,
      },
      newCertificate: certificate,
    };
  }
}
