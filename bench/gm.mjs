// SM2 of packages/gm beside `openssl speed`, both on one core, by turns. Both count their own processor time, so that
// what else the machine does meanwhile does not count.

import { spawnSync } from 'node:child_process';
import { inProject, say } from '../tools/project.mjs';
import { median, medianRatio } from './statistics.mjs';

/** @typedef {{ sign: number, verify: number }} Rates operations per second of processor time */

/**
 * @param {{ rounds: number, seconds: number }} options
 * @returns {import('./figure.mjs').Figure[]}
 */
export function measureGm({ rounds, seconds }) {
  /** @type {Rates[]} */
  const ours = [];
  /** @type {Rates[]} */
  const theirs = [];
  for (let round = 0; round < rounds; round += 1) {
    const speed = openssl(seconds);
    if (speed) theirs.push(speed);
    ours.push(JSON.parse(onOneCore(process.execPath, [inProject('bench/gm-loop.mjs'), String(seconds)])));
  }
  if (theirs.length < rounds) say('There is no openssl with SM2 on this machine to compare with.');
  return /** @type {const} */ (['sign', 'verify']).map((what) => {
    const [rates, reference] = [ours.map((one) => one[what]), theirs.map((one) => one[what])];
    return {
      measure: 'gm',
      what: `SM2 ${what}`,
      value: median(rates),
      unit: '/s',
      ...(theirs.length === rounds && {
        reference: { name: 'openssl', value: median(reference), ratio: medianRatio(rates, reference) },
      }),
      target: { of: 'ratio', atLeast: 0.95 },
    };
  });
}

/**
 * @param {number} seconds for signing and again for verifying
 * @returns {Rates | undefined}
 */
function openssl(seconds) {
  try {
    const text = onOneCore('openssl', [
      'speed',
      '-mr',
      '-seconds',
      String(Math.max(1, Math.round(seconds))),
      'sm2',
    ]);
    // Machine readable (-mr): +F7:number:bits:curve:signing:verifying
    const [, sign, verify] = /^\+F\d+:.*:([\d.e+-]+):([\d.e+-]+)\s*$/m.exec(text) ?? [];
    return sign && verify ? { sign: perSecond(Number(sign)), verify: perSecond(Number(verify)) } : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Some versions say how many a second, others how long one takes; nothing takes a second.
 * @param {number} said
 */
function perSecond(said) {
  return said < 1 ? 1 / said : said;
}

/**
 * @param {string} program
 * @param {string[]} args
 * @returns {string} what it writes to its stdout
 */
function onOneCore(program, args) {
  const pinned = spawnSync('taskset', ['-c', '0', program, ...args], { encoding: 'utf8' });
  // Not every system has taskset; one thread is on one core at a time anyway.
  const { status, stdout, stderr } = pinned.error ? spawnSync(program, args, { encoding: 'utf8' }) : pinned;
  if (status !== 0) throw new Error(`${program} fails: ${stderr}`);
  return stdout;
}
