import { type AssistantConfig, loadConfig } from './config.ts';
import type { Home } from './home.ts';
import { loadDrivers } from './keys/drivers.ts';
import { KeyRing } from './keys/ring.ts';
import { fileLog, type Log } from './log.ts';
import type { OrderDialogue } from './orders/dialogue.ts';
import { executeOrder, type OrderOutcome } from './orders/execute.ts';
import { pause, sleep } from './orders/pause.ts';
import type { TrustedOrder } from './orders/trust.ts';

/** What window and command line share: configuration, keys, log, and how an order is carried out. */
export interface Assistant {
  readonly home: Home;
  readonly config: AssistantConfig;
  readonly ring: KeyRing;
  readonly log: Log;
  run(trusted: TrustedOrder, dialogue: OrderDialogue): Promise<OrderOutcome>;
  close(): void;
}

/** @throws AssistantError `configuration-invalid` */
export async function openAssistant(home: Home): Promise<Assistant> {
  const config = await loadConfig(home.config, home.defaults);
  const ring = new KeyRing(await loadDrivers(config.drivers, home.folder));
  return {
    home,
    config,
    ring,
    log: fileLog(home.log, () => new Date()),
    async run(trusted, dialogue) {
      // Loaded with the first order: the assistant waits for one all day, in little memory.
      const { OrderServer } = await import('./orders/server.ts');
      const onWaiting = (waiting: boolean) => dialogue.waitingForServer(waiting);
      const server = new OrderServer({ server: trusted.order.server, sleep, onWaiting });
      try {
        return await executeOrder(trusted, { ring, server, dialogue, pause });
      } finally {
        await server.close();
      }
    },
    close: () => ring.close(),
  };
}
