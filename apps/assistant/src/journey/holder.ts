import type { SignedOrder } from '@certdesk/contract';
import type { Assistant } from '../assistant.ts';
import { AssistantError } from '../errors.ts';
import type { OrderDialogue } from '../orders/dialogue.ts';
import type { OrderOutcome } from '../orders/execute.ts';
import { verifyOrder } from '../orders/trust.ts';

/** A holder who agrees to every order of the desk, with one key and its PIN, and who gives up where anything is wrong. */
export interface Holder {
  carryOut(order: SignedOrder, origin: string): Promise<OrderOutcome>;
}

/** @param key of the key's names one: its handle (`virtual:name`), serial, or the name alone */
export function holderWith(assistant: Assistant, key: string, pin: string): Holder {
  const dialogue: OrderDialogue = {
    keyWanted: (code) => Promise.reject(new AssistantError(code, { entityName: '' })),
    async askPin({ candidates, problem }) {
      const mine = candidates.find(({ key: { ref, serial } }) =>
        [ref, ref.split(':')[1], serial].includes(key),
      );
      if (!mine) throw new AssistantError('key-missing');
      // A program never tries a second PIN.
      if (problem) throw new AssistantError('pin-incorrect', { tries: mine.pin.tries ?? '?' });
      return { certificate: mine.certificate.digest, pin };
    },
    progress: () => undefined,
    waitingForServer: () => undefined,
  };
  return {
    carryOut: (order, origin) => assistant.run(verifyOrder(order, origin, assistant.config.desks), dialogue),
  };
}
