/** An assistant to be killed: its own order code and drivers, with each call to the key as a point. */
import type { SignedOrder } from '@certdesk/contract';
import { KeyError } from '@certdesk/token';
import type { DriverConfig } from '../../apps/assistant/src/config.ts';
import { loadDrivers } from '../../apps/assistant/src/keys/drivers.ts';
import { KeyRing } from '../../apps/assistant/src/keys/ring.ts';
import type { OrderDialogue } from '../../apps/assistant/src/orders/dialogue.ts';
import { executeOrder } from '../../apps/assistant/src/orders/execute.ts';
import { pause, sleep } from '../../apps/assistant/src/orders/pause.ts';
import { OrderServer } from '../../apps/assistant/src/orders/server.ts';
import { verifyOrder } from '../../apps/assistant/src/orders/trust.ts';
import { interposed, type KeyCall } from '../../packages/token/src/interposed.test-support.ts';
import { answer, reach, tell } from './child-side.ts';

export interface AssistantSettings {
  readonly driver: DriverConfig;
  readonly pin: string;
  /** As `certdesk trust` prints it. */
  readonly desk: Parameters<typeof verifyOrder>[2][number];
  /** How far this machine's clock is off. */
  readonly clockOffMs: number;
}

export interface Work {
  readonly order: SignedOrder;
  /** Which of the certificates on offer the holder chooses, counted from 0. */
  readonly choice: number;
}

const { driver, pin, desk, clockOffMs } = JSON.parse(process.argv[2] ?? '') as AssistantSettings;
setClockOff(clockOffMs);

const point = (side: 'before' | 'after') => async (call: KeyCall) => {
  const lost = await reach({ kind: 'key', name: call.method, side });
  if (lost && side === 'after') throw new KeyError('key-removed');
};
const points = { before: point('before'), after: point('after') };
const ring = new KeyRing((await loadDrivers([driver], '/')).map((each) => interposed(each, points)));

answer({
  async carryOut({ order, choice }: Work) {
    const server = new OrderServer({ server: desk.server, sleep, onWaiting: () => undefined });
    try {
      const trusted = verifyOrder(order, desk.origin, [desk]);
      const outcome = await executeOrder(trusted, { ring, server, dialogue: holder(choice), pause });
      return outcome.purpose === 'sign-in'
        ? { statement: outcome.statement, certificate: outcome.certificate }
        : { purpose: outcome.purpose };
    } finally {
      await server.close();
    }
  },
});
tell('started');

/** Agrees to everything, types the PIN, and puts the key back in when it is missed. */
function holder(choice: number): OrderDialogue {
  return {
    keyWanted() {
      tell('key-wanted');
      return new Promise(() => undefined);
    },
    async askPin({ candidates, problem }) {
      if (problem) throw new Error(`the right PIN was refused: ${problem}`);
      const chosen = candidates[choice % candidates.length];
      if (!chosen) throw new Error('no certificate to choose');
      return { certificate: chosen.certificate.digest, pin };
    },
    progress: () => undefined,
    waitingForServer: () => undefined,
  };
}

/** For all code of this process. */
function setClockOff(ms: number): void {
  const Right = Date;
  globalThis.Date = class extends Right {
    constructor(...given: []) {
      super(...((given.length > 0 ? given : [Right.now() + ms]) as []));
    }
    static override now(): number {
      return Right.now() + ms;
    }
  } as DateConstructor;
}
