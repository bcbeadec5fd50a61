// Processor time of programs, as Linux counts it.

import { readdirSync, readFileSync } from 'node:fs';

/** @typedef {{ servers: number, PostgreSQL: number, bench: number }} Usage seconds of processor time */

/**
 * What a piece of work costs the processors, whoever else uses them meanwhile.
 * @param {import('./stage.mjs').Stage} stage
 * @param {readonly number[]} servers their process numbers
 * @param {() => Promise<unknown>} work
 * @returns {Promise<Usage>}
 */
export async function usageDuring(stage, servers, work) {
  const now = () => ({
    servers: servers.reduce((sum, pid) => sum + processorSeconds(pid), 0),
    PostgreSQL: stage.postgresPid ? processorSeconds(stage.postgresPid) : 0,
    bench: (process.cpuUsage().user + process.cpuUsage().system) / 1e6,
  });
  const before = now();
  await work();
  const after = now();
  return {
    servers: after.servers - before.servers,
    PostgreSQL: after.PostgreSQL - before.PostgreSQL,
    bench: after.bench - before.bench,
  };
}

/**
 * @param {string} measure
 * @param {string} what was done `count` times
 * @param {number} count
 * @param {readonly Usage[]} usages of all of them together
 * @returns {import('./figure.mjs').Figure[]} milliseconds for each
 */
export function usageFigures(measure, what, count, usages) {
  return /** @type {const} */ (['servers', 'PostgreSQL', 'bench']).map((part) => ({
    measure,
    what: `processor time per ${what}, ${part}`,
    value: (usages.reduce((sum, usage) => sum + usage[part], 0) * 1000) / count,
    unit: 'ms',
  }));
}

const TICKS_PER_SECOND = 100; // USER_HZ, the same on every Linux

/**
 * @param {number} pid
 * @returns {number} seconds that it and its children, the ended ones too, have used so far; NaN where there is no /proc
 */
function processorSeconds(pid) {
  const stats = allStats();
  const own = stats.filter((one) => one.pid === pid || one.parent === pid);
  return own.length === 0 ? Number.NaN : own.reduce((sum, { ticks }) => sum + ticks, 0) / TICKS_PER_SECOND;
}

/** @returns {{ pid: number, parent: number, ticks: number }[]} */
function allStats() {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .flatMap((name) => {
        try {
          // proc(5): after the name in brackets, state, parent … utime, stime, cutime, cstime are fields 14 to 17.
          const text = readFileSync(`/proc/${name}/stat`, 'utf8');
          const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
          const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
          return [{ pid: Number(name), parent: Number(fields[1]), ticks }];
        } catch {
          return []; // it has just ended
        }
      });
  } catch {
    return [];
  }
}
