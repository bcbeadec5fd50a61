// What the operating system says about a process: who it is, and whether it is still the same one.

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/**
 * A mark that no other process ever gets: process numbers are used again, the moment of birth is not.
 * @param {number} pid
 * @returns {string | undefined} undefined when there is no such process
 */
export function birthmark(pid) {
  if (process.platform === 'linux') {
    const stat = readText(`/proc/${pid}/stat`);
    // Field 22 (proc(5)): start time in ticks since boot. The name before it may hold spaces and brackets.
    const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields === undefined || fields[0] === 'Z') return undefined;
    return `${fields[19]} ${readText('/proc/sys/kernel/random/boot_id')?.trim()}`;
  }
  return ps(pid, 'lstart=');
}

/**
 * The command line of a process, words joined by spaces.
 * @param {number} pid
 * @returns {string | undefined} undefined when there is no such process
 */
export function commandOf(pid) {
  if (process.platform === 'linux') return readText(`/proc/${pid}/cmdline`)?.replaceAll('\0', ' ');
  return ps(pid, 'command=');
}

/**
 * @typedef {{ pid: number, born: string }} ProcessRecord what is written down to find a process again
 */

/**
 * @param {number} pid
 * @returns {ProcessRecord}
 */
export function recordOf(pid) {
  return { pid, born: birthmark(pid) ?? '' };
}

/**
 * Whether the very process that was written down still runs.
 * @param {ProcessRecord} record
 */
export function stillRuns(record) {
  return record.born !== '' && birthmark(record.pid) === record.born;
}

/** @param {string} path */
function readText(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

/**
 * @param {number} pid
 * @param {string} column
 */
function ps(pid, column) {
  try {
    return execFileSync('ps', ['-o', column, '-p', String(pid)], { encoding: 'utf8' }).trim() || undefined;
  } catch {
    return undefined;
  }
}
