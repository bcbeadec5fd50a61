// How long `npm start` takes when everything is there already, and what its programs hold in memory then.

import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../tools/ports.mjs';
import { root } from '../tools/project.mjs';
import { residentMb } from './resident.mjs';
import { median } from './statistics.mjs';

/**
 * @param {import('./measures.mjs').Options} options
 * @returns {Promise<import('./figure.mjs').Figure[]>}
 */
export async function measureStart({ stage, rounds }) {
  const state = join(stage.folder, 'start');
  mkdirSync(state, { mode: 0o711 });
  const assistantPort = await freePort();
  const first = await start(stage, state, assistantPort);
  /** @type {Awaited<ReturnType<typeof start>>[]} */
  const again = [];
  for (let round = 0; round < rounds; round += 1) again.push(await start(stage, state, assistantPort));
  const memory = (/** @type {string} */ name) =>
    median(again.map(({ memoryMb }) => memoryMb[name] ?? Number.NaN));
  return [
    figure('first npm start, built and installed', first.seconds, 's'),
    { ...figure('second npm start', median(again.map(({ seconds }) => seconds)), 's', 3), detail: { again } },
    figure('server, resident', memory('server'), 'MB'),
    figure('assistant, resident', memory('assistant'), 'MB', 80),
  ];
}

/**
 * @param {string} what
 * @param {number} value
 * @param {string} unit
 * @param {number} [atMost]
 * @returns {import('./figure.mjs').Figure}
 */
function figure(what, value, unit, atMost) {
  return { measure: 'start', what, value, unit, ...(atMost && { target: { of: 'value', atMost } }) };
}

/**
 * Starts everything, and stops it once it is ready and looked at.
 * @param {import('./stage.mjs').Stage} stage
 * @param {string} state the demo's folder
 * @param {number} assistantPort
 * @returns {Promise<{ seconds: number, memoryMb: Record<string, number> }>} to the line that says it is ready
 */
async function start(stage, state, assistantPort) {
  const { DATABASE_URL: _, npm_lifecycle_event: __, ...env } = process.env;
  const begin = performance.now();
  const child = spawn('npm', ['start', '--silent', '--', '--port', '0', '--json-ready'], {
    cwd: root,
    env: { ...env, CERTDESK_STATE: state, CERTDESK_ASSISTANT_PORTS: String(assistantPort) },
    detached: true, // a ctrl-C in the terminal must reach the bench alone
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = new Promise((resolve) => child.once('exit', resolve));
  const stop = async () => {
    // As a terminal does: to npm and to what it runs. The command takes its mark away when it has stopped the rest.
    if (child.exitCode === null && child.signalCode === null) process.kill(-(child.pid ?? 0), 'SIGINT');
    await exited;
    while (existsSync(join(state, 'start.json'))) await sleep(20);
  };
  stage.undo(stop);
  await readyLine(child);
  const seconds = (performance.now() - begin) / 1000;
  const running = JSON.parse(readFileSync(join(state, 'logs', 'running.json'), 'utf8'));
  const memoryMb = Object.fromEntries(
    running.map((/** @type {{ name: string, pid: number }} */ { name, pid }) => [name, residentMb(pid)]),
  );
  await stop();
  return { seconds, memoryMb };
}

/**
 * @param {import('node:child_process').ChildProcess} child
 * @returns {Promise<void>}
 */
function readyLine(child) {
  return new Promise((resolve, reject) => {
    let errors = '';
    child.stderr?.setEncoding('utf8').on('data', (chunk) => {
      errors += chunk;
    });
    child.stdout?.setEncoding('utf8').on('data', (chunk) => {
      if (chunk.includes('"ready"')) resolve();
    });
    child.once('error', reject);
    child.once('close', () => reject(new Error(`npm start ended before it was ready:\n${errors}`)));
  });
}
