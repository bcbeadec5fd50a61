// Where the time goes: a server under the bench's load with V8's profiler on, and what PostgreSQL takes beside it.

import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { say } from '../tools/project.mjs';
import { selfTimes } from './cpu-profile.mjs';
import { registrationDesk } from './issue.mjs';
import { sendAll } from './load.mjs';
import { usageDuring, usageFigures } from './processor-time.mjs';
import { registrationRequests } from './registration-requests.mjs';
import { renewAll, renewalDesk } from './renewal.mjs';
import { rounded } from './table.mjs';

const SHOWN = 22;

/**
 * Prints where the time goes to stderr.
 * @param {import('./measures.mjs').Options} options
 * @returns {Promise<import('./figure.mjs').Figure[]>} processor time of the parts, per certificate and renewal
 */
export async function profile({ stage, requests, renewals }) {
  const folder = (/** @type {string} */ name) => {
    const path = join(stage.folder, name);
    mkdirSync(path);
    return path;
  };
  const figures = [];
  for (const algorithm of /** @type {const} */ (['p256', 'sm2'])) {
    const profiles = folder(`profile-${algorithm}`);
    const { desk, client } = await registrationDesk(stage, algorithm, profiling(profiles));
    await sendAll(desk.ports, await registrationRequests(algorithm, client, requests), 64);
    const load = await registrationRequests(algorithm, client, requests);
    const what = `certificate (${algorithm})`;
    figures.push(
      ...(await observed(stage, desk, profiles, what, requests, () => sendAll(desk.ports, load, 64))),
    );
  }
  const profiles = folder('profile-renewal');
  const { desk, holders } = await renewalDesk(stage, 2 * renewals, profiling(profiles));
  await renewAll(desk, holders.slice(renewals));
  const load = () => renewAll(desk, holders.slice(0, renewals));
  figures.push(...(await observed(stage, desk, profiles, 'renewal', renewals, load)));
  return figures;
}

/** @param {string} folder */
function profiling(folder) {
  return ['--cpu-prof', `--cpu-prof-dir=${folder}`];
}

/**
 * @param {import('./stage.mjs').Stage} stage
 * @param {import('./desk.mjs').BenchDesk} desk stopped after the load
 * @param {string} profiles the folder that its servers write them to
 * @param {string} what of `count` is done by the load
 * @param {number} count
 * @param {() => Promise<unknown>} load
 * @returns {Promise<import('./figure.mjs').Figure[]>}
 */
async function observed(stage, desk, profiles, what, count, load) {
  const begin = performance.now();
  const usage = await usageDuring(stage, desk.pids, load);
  const seconds = (performance.now() - begin) / 1000;
  await desk.stop();
  for (const file of readdirSync(profiles)) show(`${what}, ${file}`, join(profiles, file), seconds, count);
  return usageFigures('profile', what, count, [usage]);
}

/**
 * @param {string} title
 * @param {string} file
 * @param {number} seconds
 * @param {number} count
 */
function show(title, file, seconds, count) {
  const { areas, functions, busyMs } = selfTimes(JSON.parse(readFileSync(file, 'utf8')), seconds);
  const lines = (/** @type {import('./cpu-profile.mjs').SelfTime[]} */ times) =>
    times
      .slice(0, SHOWN)
      .map(({ name, milliseconds }) => {
        const share = ((100 * milliseconds) / busyMs).toFixed(1).padStart(5);
        return `  ${share} %  ${rounded((milliseconds * 1000) / count).padStart(6)} µs  ${name}`;
      })
      .join('\n');
  say(
    `\n${title}: busy for ${rounded(busyMs / 1000)} of ${rounded(seconds)} s\n${lines(areas)}\n\n${lines(functions)}`,
  );
}
