// Whole renewals a second: every call that a holder's browser and assistant make, over HTTP.

import { Connection } from './connection.mjs';
import { BenchDesk } from './desk.mjs';
import { HolderClient } from './holder-client.mjs';
import { makeHolders } from './holders.mjs';
import { usageDuring, usageFigures } from './processor-time.mjs';
import { withClient } from './stage.mjs';
import { median, quantile } from './statistics.mjs';

const AT_ONCE = 24;

/** @typedef {{ perSecond: number, calls: Map<string, number[]> }} Turn milliseconds by call */
/** @typedef {import('./processor-time.mjs').Usage} Usage */

/**
 * @param {import('./measures.mjs').Options} options
 * @returns {Promise<import('./figure.mjs').Figure[]>}
 */
export async function measureRenewal({ stage, rounds, renewals }) {
  const { desk, holders } = await renewalDesk(stage, renewals * (rounds + 1));
  /** @type {Turn[]} */
  const turns = [];
  /** @type {Usage[]} */
  const usages = [];
  // The first round is not counted: programs compile their code.
  for (let round = 0; round <= rounds; round += 1) {
    const those = holders.slice(round * renewals, (round + 1) * renewals);
    const usage = await usageDuring(
      stage,
      desk.pids,
      async () => void turns.push(await renewAll(desk, those)),
    );
    if (round === 0) turns.pop();
    else usages.push(usage);
  }
  const done = await renewed(desk.databaseUrl);
  if (done !== holders.length)
    throw new Error(`${holders.length} renewals were answered, ${done} are stored.`);
  await desk.stop();
  const perSecond = turns.map((turn) => turn.perSecond);
  return [
    {
      measure: 'renewal',
      what: 'whole renewals',
      value: median(perSecond),
      unit: '/s',
      target: { of: 'value', atLeast: 100 },
      detail: { rounds: perSecond, renewals: renewals * rounds, stored: done, atOnce: AT_ONCE },
    },
    ...usageFigures('renewal', 'renewal', renewals * rounds, usages),
    ...callFigures(turns),
  ];
}

/**
 * A running desk whose register and certificates are those of so many holders.
 * @param {import('./stage.mjs').Stage} stage
 * @param {number} count
 * @param {string[]} [nodeArgs]
 */
export async function renewalDesk(stage, count, nodeArgs) {
  const desk = await BenchDesk.make(stage, 'renewal', 'sm2');
  const holders = await makeHolders(desk, count);
  await desk.start(nodeArgs);
  return { desk, holders };
}

/**
 * Each holder renews once, some of them at a time.
 * @param {BenchDesk} desk
 * @param {readonly import('./holders.mjs').Holder[]} holders
 * @returns {Promise<Turn>}
 */
export async function renewAll(desk, holders) {
  /** @type {Map<string, number[]>} */
  const calls = new Map();
  const watch = (/** @type {string} */ call, /** @type {number} */ milliseconds) => {
    const known = calls.get(call);
    if (known) known.push(milliseconds);
    else calls.set(call, [milliseconds]);
  };
  let next = 0;
  const begin = performance.now();
  await Promise.all(
    Array.from({ length: AT_ONCE }, async (_, at) => {
      const progressPort = desk.ports[at % desk.ports.length] ?? 0;
      const connections = [...desk.ports, progressPort].map((port) => new Connection(port));
      try {
        for (let number = next++; number < holders.length; number = next++) {
          const holder = holders[number];
          // An address of its own, as behind a proxy: limits count addresses.
          const address = `10.${number >> 16}.${(number >> 8) & 255}.${number & 255}`;
          if (holder) await new HolderClient(holder, address, connections, watch).renew();
        }
      } finally {
        for (const connection of connections) connection.close();
      }
    }),
  );
  return { perSecond: (holders.length * 1000) / (performance.now() - begin), calls };
}

/**
 * @param {readonly Turn[]} turns
 * @returns {import('./figure.mjs').Figure[]}
 */
function callFigures(turns) {
  const names = [...(turns[0]?.calls.keys() ?? [])];
  return names.flatMap((call) => {
    const milliseconds = turns.flatMap((turn) => turn.calls.get(call) ?? []);
    return [50, 99].map((percent) => ({
      measure: 'renewal',
      what: `${call}, p${percent}`,
      value: quantile(milliseconds, percent / 100),
      unit: 'ms',
    }));
  });
}

/**
 * @param {string} databaseUrl
 * @returns {Promise<number>} cases that are done, their new certificate in force and the old one superseded by it
 */
function renewed(databaseUrl) {
  return withClient(databaseUrl, async (client) => {
    const { rows } = await client.query(
      `select count(*)::int as count from desk_case
         join certificate old on old.id = desk_case.certificate_id
         join certificate new on new.id = old.superseded_by
         where desk_case.state = 'done' and old.state = 'superseded' and new.state = 'in-force'`,
    );
    return rows[0].count;
  });
}
