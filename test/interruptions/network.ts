/** A way to a server or to its database, which can be cut. */
import { connect, createServer, type Socket } from 'node:net';

export interface Network {
  readonly port: number;
  /** Where it leads: a port of this machine. */
  to: number;
  /** Every connection breaks, and the next attempt to connect fails. */
  cut(): void;
  mend(): void;
  close(): Promise<void>;
}

export async function openNetwork(to = 0): Promise<Network> {
  const sockets = new Set<Socket>();
  let refuse = false;
  const listener = createServer((near) => {
    if (refuse) {
      refuse = false;
      near.resetAndDestroy();
      return;
    }
    const far = connect(network.to, '127.0.0.1');
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one);
      one.on('error', () => undefined);
      one.on('close', () => {
        sockets.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const breakAll = () => {
    for (const socket of sockets) socket.resetAndDestroy();
  };
  const network: Network = {
    port: (listener.address() as { port: number }).port,
    to,
    cut() {
      refuse = true;
      breakAll();
    },
    mend() {
      refuse = false;
    },
    close() {
      breakAll();
      return new Promise((resolve) => listener.close(() => resolve()));
    },
  };
  return network;
}
