import type { SignedOrder } from '@certdesk/contract';
import { AssistantError } from '../errors.ts';
import { KeyRing } from '../keys/ring.ts';
import type { OrderDialogue, PinReply, PinRequest } from '../orders/dialogue.ts';
import { executeOrder, type OrderOutcome, type OrderTools } from '../orders/execute.ts';
import { OrderServer } from '../orders/server.ts';
import { verifyOrder } from '../orders/trust.ts';
import { FakeDesk } from './fake-desk.test-support.ts';
import { KeyStore, MemoryDriver } from './memory-key.test-support.ts';

/** One desk, one key with a certificate in force, and runs of orders between them. */
export interface Bench {
  readonly desk: FakeDesk;
  readonly store: KeyStore;
  readonly driver: MemoryDriver;
  readonly steps: (string | null)[];
  readonly asked: PinRequest[];
  /** A fresh assistant that remembers nothing carries out an order. */
  run(signed: SignedOrder, change?: Partial<OrderTools>): Promise<OrderOutcome>;
  stop(): Promise<void>;
}

export async function openBench(): Promise<Bench> {
  const desk = new FakeDesk();
  await desk.start();
  const store = new KeyStore();
  const driver = new MemoryDriver(store);
  const old = store.addPair('old');
  store.setCertificate('old', await desk.certify(old));
  const steps: (string | null)[] = [];
  const asked: PinRequest[] = [];
  return {
    desk,
    store,
    driver,
    steps,
    asked,
    async run(signed, change = {}) {
      const ring = new KeyRing([driver]);
      try {
        const server = new OrderServer({ server: desk.base, sleep: async () => undefined });
        const dialogue = obligingDialogue(store.pin, { steps, asked });
        const trusted = verifyOrder(signed, desk.base, [desk.trusted]);
        return await executeOrder(trusted, { ring, server, dialogue, pause: never, ...change });
      } finally {
        ring.close();
      }
    },
    stop: () => desk.stop(),
  };
}

/** A person who agrees to everything and knows the PIN; without a key he gives up. */
export function obligingDialogue(
  pin: string,
  notes: { steps: (string | null)[]; asked: PinRequest[] },
  answer: (request: PinRequest) => Partial<PinReply> = () => ({}),
): OrderDialogue {
  return {
    keyWanted: (code) => Promise.reject(new AssistantError(code)),
    async askPin(request) {
      notes.asked.push(request);
      return { certificate: request.candidates[0]?.certificate.digest ?? '', pin, ...answer(request) };
    },
    progress: (step) => void notes.steps.push(step),
    waitingForServer: () => undefined,
  };
}

export const never = (_ms: number, signal: AbortSignal) =>
  new Promise<void>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
