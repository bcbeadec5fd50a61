// Signs and verifies with packages/gm for some seconds of processor time each, and prints the rates as JSON.
// A process of its own, so that it can be held to one core.

import { Sm2PrivateKey } from '@certdesk/gm';

const seconds = Number(process.argv[2] ?? 1);
const key = Sm2PrivateKey.generate();
const message = Buffer.alloc(20, 7); // as long as openssl's
const signature = key.sign(message);
if (!key.publicKey.verify(message, signature)) throw new Error('a signature of ours does not hold');

process.stdout.write(
  JSON.stringify({
    sign: rate(() => key.sign(message)),
    verify: rate(() => key.publicKey.verify(message, signature)),
  }),
);

/**
 * @param {() => unknown} work
 * @returns {number} times per second of this process's processor time
 */
function rate(work) {
  const until = performance.now() + 200; // until it is compiled
  while (performance.now() < until) work();
  const begin = process.cpuUsage();
  let times = 0;
  for (const end = performance.now() + seconds * 1000; performance.now() < end; times += 1) work();
  const { user } = process.cpuUsage(begin); // what `openssl speed` counts
  return (times * 1e6) / user;
}
