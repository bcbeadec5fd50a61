// Load: so many at once, each asking again as soon as it was answered.

import { Connection } from './connection.mjs';

/**
 * Sends every request once.
 * @param {readonly number[]} ports of 127.0.0.1; connections are spread over them evenly
 * @param {readonly Buffer[]} requests
 * @param {number} connections
 * @returns {Promise<{ seconds: number, milliseconds: number[] }>} from the first request to the last answer, and how
 *   long each was waited for
 * @throws {Error} at any answer but a 200: what is refused is not what is measured
 */
export async function sendAll(ports, requests, connections) {
  /** @type {number[]} */
  const milliseconds = [];
  const open = Array.from({ length: connections }, (_, at) => new Connection(ports[at % ports.length] ?? 0));
  let next = 0;
  const begin = performance.now();
  try {
    await Promise.all(
      open.map(async (connection) => {
        for (let request = requests[next++]; request; request = requests[next++]) {
          const asked = performance.now();
          const { status, body } = await connection.send(request);
          milliseconds.push(performance.now() - asked);
          if (status !== 200) throw new Error(`answered with ${status}: ${body.toString().slice(0, 400)}`);
        }
      }),
    );
  } finally {
    for (const connection of open) connection.close();
  }
  return { seconds: (performance.now() - begin) / 1000, milliseconds };
}
