import { createServer } from 'node:net';

/**
 * Ports of the loopback interface on which nobody listens at this moment, all different.
 * @param {number} count
 * @returns {Promise<number[]>}
 */
export async function freePorts(count) {
  // All at once: a port that was let go of could be given again.
  const probes = await Promise.all(Array.from({ length: count }, listening));
  const ports = probes.map((probe) => /** @type {import('node:net').AddressInfo} */ (probe.address()).port);
  await Promise.all(probes.map((probe) => new Promise((resolve) => probe.close(resolve))));
  return ports;
}

export async function freePort() {
  const [port = 0] = await freePorts(1);
  return port;
}

/** @returns {Promise<import('node:net').Server>} on a free port */
function listening() {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => resolve(probe));
  });
}
