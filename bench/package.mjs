// What is installed on a holder's machine: how much it is, how soon it answers, and what it holds in memory while it waits.

import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { packDebian, stageDebian } from '../tools/package/deb.mjs';
import { buildExecutable } from '../tools/package/executable.mjs';
import { account, servePackaged } from '../tools/package/run.mjs';
import { residentMb } from './resident.mjs';
import { median } from './statistics.mjs';

/**
 * @param {import('./measures.mjs').Options} options
 * @returns {Promise<import('./figure.mjs').Figure[]>}
 */
export async function measurePackage({ stage, rounds }) {
  const folder = join(stage.folder, 'package');
  const executable = await buildExecutable(folder);
  /** @type {{ ms: number, memoryMb: number }[]} */
  const starts = [];
  const user = account();
  stage.undo(user.remove);
  // The first one reads the program from the disk.
  for (let round = 0; round <= Math.max(rounds, 5); round += 1) {
    const serving = await servePackaged(executable, user);
    stage.undo(serving.stop);
    starts.push({ ms: serving.ms, memoryMb: residentMb(serving.pid) });
    await serving.stop();
  }
  const again = starts.slice(1);
  return [
    figure('executable', statSync(executable).size / 1e6, 'MB'),
    ...debian(folder, executable),
    figure('start until it answers', median(again.map(({ ms }) => ms)), 'ms'),
    figure('waiting for a page, resident', median(again.map(({ memoryMb }) => memoryMb)), 'MB', 80),
  ];
}

/** @param {string} folder @param {string} executable */
function debian(folder, executable) {
  if (spawnSync('dpkg-deb', ['--version']).status !== 0) return [];
  const staged = join(folder, 'debian');
  stageDebian(staged, { executable });
  return [figure('Debian package', statSync(packDebian(staged, folder)).size / 1e6, 'MB')];
}

/**
 * @param {string} what
 * @param {number} value
 * @param {string} unit
 * @param {number} [atMost]
 * @returns {import('./figure.mjs').Figure}
 */
function figure(what, value, unit, atMost) {
  return { measure: 'package', what, value, unit, ...(atMost && { target: { of: 'value', atMost } }) };
}
