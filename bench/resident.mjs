// What a process holds in memory.

import { readFileSync } from 'node:fs';

/**
 * @param {number} pid
 * @returns {number} NaN where there is no /proc
 */
export function residentMb(pid) {
  try {
    const kb = /^VmRSS:\s*(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return (Number(kb) * 1024) / 1e6;
  } catch {
    return Number.NaN;
  }
}
