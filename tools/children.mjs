// The programs that `npm start` runs: started one after the other, watched, stopped in reverse, found again after a kill -9.

import { spawn } from 'node:child_process';
import { createWriteStream, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { recordOf, stillRuns } from './processes.mjs';

const PATIENCE_MS = 15_000; // for a program that was asked to stop
const LAST_LINES = 15;

/** @typedef {import('./processes.mjs').ProcessRecord & { name: string }} Leftover */

export class Children {
  /** @type {{ name: string, child: import('node:child_process').ChildProcess, exited: Promise<void> }[]} */
  #running = [];
  #stopping = false;
  #folder;
  #onDeath;

  /**
   * @param {string} folder for the logs, and for the list of what runs
   * @param {(message: string) => void} onDeath a program ended that was not asked to; says which, with its last lines
   */
  constructor(folder, onDeath) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    this.#folder = folder;
    this.#onDeath = onDeath;
  }

  /**
   * @param {string} name of the log, and of the program in messages
   * @param {string[]} args of node
   * @param {NodeJS.ProcessEnv} env
   * @param {(line: string) => void} [onLine] sees what the program writes to its stdout
   */
  start(name, args, env, onLine = () => {}) {
    // In a session of its own: a ctrl-C in the terminal must reach this command alone, which then stops all in order.
    const child = spawn(process.execPath, args, { env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    const logFile = join(this.#folder, `${name}.log`);
    const log = createWriteStream(logFile, { mode: 0o600 });
    /** @type {string[]} */
    const last = [];
    const read = (
      /** @type {import('node:stream').Readable} */ stream,
      /** @type {(line: string) => void} */ tell,
    ) => {
      stream.pipe(log, { end: false });
      let rest = '';
      stream.setEncoding('utf8').on('data', (chunk) => {
        const lines = (rest + chunk).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) {
          last.push(line);
          tell(line);
        }
        last.splice(0, last.length - LAST_LINES);
      });
    };
    read(child.stdout, onLine);
    read(child.stderr, () => {});
    /** @type {Promise<void>} */
    const exited = new Promise((resolve) => {
      child.on('error', () => resolve());
      child.on('close', (code, signal) => {
        log.end();
        this.#running = this.#running.filter((one) => one.child !== child);
        this.#writeList();
        if (!this.#stopping) {
          const how = code === null ? `was ended by ${signal}` : `ended with exit code ${code}`;
          this.#onDeath(`The ${name} ${how}. Its last lines (all of them: ${logFile}):\n${last.join('\n')}`);
        }
        resolve();
      });
    });
    this.#running.push({ name, child, exited });
    this.#writeList();
  }

  /** Stops all, the last one first. Each may finish its work; one that takes too long is ended. */
  async stop() {
    this.#stopping = true;
    for (const { child, exited } of this.#running.toReversed()) {
      child.kill('SIGTERM');
      const patience = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS);
      await exited;
      clearTimeout(patience);
    }
  }

  #writeList() {
    const list = this.#running.map(({ name, child }) => ({ name, ...recordOf(child.pid ?? 0) }));
    writeFileSync(join(this.#folder, 'running.json'), JSON.stringify(list), { mode: 0o600 });
  }
}

/**
 * Stops what an earlier start, itself killed, has left running.
 * @param {string} folder that of its Children
 * @returns {Promise<string[]>} the names of what was stopped
 */
export async function stopLeftovers(folder) {
  const file = join(folder, 'running.json');
  /** @type {Leftover[]} */
  const left = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).filter(stillRuns).toReversed() : [];
  for (const one of left) await stopProcess(one);
  rmSync(file, { force: true });
  return left.map(({ name }) => name);
}

/**
 * Asks a process that is not our child to end, then makes it.
 * @param {import('./processes.mjs').ProcessRecord} record
 */
export async function stopProcess(record) {
  for (let waited = 0; stillRuns(record); waited += 50) {
    try {
      if (waited === 0) process.kill(record.pid, 'SIGTERM');
      if (waited >= PATIENCE_MS) process.kill(record.pid, 'SIGKILL');
    } catch {
      // It has just ended.
    }
    await sleep(50);
  }
}
