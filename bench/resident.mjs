// What a process holds in memory.

import { readFileSync } from 'node:fs';

/**
 * @param {number} pid
 * @returns {number} NaN where there is no /proc
 */
export function residentMb(pid) {
  return statusMb(pid, 'VmRSS');
}

/**
 * The most that it has held.
 * @param {number} pid
 * @returns {number} NaN where there is no /proc
 */
export function peakResidentMb(pid) {
  return statusMb(pid, 'VmHWM');
}

/**
 * @param {number} pid
 * @param {'VmRSS' | 'VmHWM'} what proc_pid_status(5)
 */
function statusMb(pid, what) {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const kb = new RegExp(`^${what}:\\s*(\\d+) kB`, 'm').exec(status)?.[1];
    return (Number(kb) * 1024) / 1e6;
  } catch {
    return Number.NaN;
  }
}
