// Processor time of programs, as Linux counts it.

import { readdirSync, readFileSync } from 'node:fs';

const TICKS_PER_SECOND = 100; // USER_HZ, the same on every Linux

/**
 * @param {number} pid
 * @returns {number} seconds that it and its children, the ended ones too, have used so far; NaN where there is no /proc
 */
export function processorSeconds(pid) {
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
