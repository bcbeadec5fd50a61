// What a run puts up, and takes down again whatever happens: a folder, a PostgreSQL, servers.

import { spawn } from 'node:child_process';
import { createWriteStream, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { temporaryFolder } from '../tools/database-account.mjs';
import { startPostgres, stopPostgres } from '../tools/postgres.mjs';
import { say } from '../tools/project.mjs';

const PATIENCE_MS = 15_000; // for a program that was asked to stop
const READY_MS = 30_000;

/** @typedef {{ name: string, child: import('node:child_process').ChildProcess, log: string, exited: Promise<void> }} Program */

export class Stage {
  /** Of the PostgreSQL that was used; null before that. @type {string | null} */
  postgresVersion = null;
  /** Of its main process. */
  postgresPid = 0;
  /** @type {(() => unknown)[]} what takes down what was put up, in the order of putting up */
  #undo = [];
  /** @type {Promise<void> | undefined} */
  #clearing;
  /** @type {string | undefined} */
  #folder;
  /** @type {Promise<import('../tools/postgres.mjs').Postgres> | undefined} */
  #postgres;

  /**
   * Something to be done when everything is taken down; doing it twice must do no harm.
   * @param {() => unknown} work
   */
  undo(work) {
    this.#undo.push(work);
  }

  /** A folder of this run, which goes with it. PostgreSQL's account can enter it. */
  get folder() {
    if (this.#folder === undefined) {
      const folder = temporaryFolder('certdesk-bench-');
      this.#folder = folder;
      this.#undo.push(() => rmSync(folder, { recursive: true, force: true }));
    }
    return this.#folder;
  }

  /**
   * A new, empty database on this run's own PostgreSQL, which waits for the disk at every commit.
   * @param {string} name lower-case letters
   * @returns {Promise<string>} its address
   */
  async database(name) {
    this.#postgres ??= this.#startPostgres();
    const { url } = await this.#postgres;
    await withClient(url, (client) => client.query(`create database ${name}`));
    const own = new URL(url);
    own.pathname = `/${name}`;
    return own.href;
  }

  /**
   * Starts a program, its output going to a log in the folder. Stopped with the stage, or before by `stop`.
   * @param {string} name
   * @param {string} program
   * @param {string[]} args
   * @param {NodeJS.ProcessEnv} [env]
   * @returns {Program}
   */
  start(name, program, args, env = process.env) {
    if (this.#clearing) throw new Error('The bench is stopping.');
    const log = join(this.folder, `${name}.log`);
    // A ctrl-C in the terminal must reach the bench alone, which then stops all in order.
    const child = spawn(program, args, {
      env,
      cwd: this.folder,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const file = createWriteStream(log);
    child.stdout.pipe(file, { end: false });
    child.stderr.pipe(file, { end: false });
    /** @type {Promise<void>} */
    const exited = new Promise((resolve) => {
      child.on('error', () => resolve());
      child.on('close', () => file.end(resolve));
    });
    const started = { name, child, log, exited };
    this.#undo.push(() => this.stop(started));
    return started;
  }

  /**
   * Asks a program to end, and makes it if that takes too long.
   * @param {Program} program
   */
  async stop({ child, exited }) {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
    const patience = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS);
    await exited;
    clearTimeout(patience);
  }

  /**
   * Runs a program to its end.
   * @param {string} name
   * @param {string} program
   * @param {string[]} args
   * @param {NodeJS.ProcessEnv} env
   * @throws {Error} with the end of its output, unless it ends with exit code 0
   */
  async run(name, program, args, env) {
    const started = this.start(name, program, args, env);
    await started.exited;
    if (started.child.exitCode !== 0) throw new Error(`${name} fails:\n${endOf(started.log)}`);
  }

  /** Takes everything down, the last thing first; nothing is put up any more. Called again, it waits for the first call. */
  clear() {
    this.#clearing ??= this.#takeDown();
    return this.#clearing;
  }

  async #takeDown() {
    for (let undo = this.#undo.pop(); undo; undo = this.#undo.pop()) {
      try {
        await undo();
      } catch (error) {
        say(/** @type {Error} */ (error).message);
      }
    }
  }

  async #startPostgres() {
    const folder = join(this.folder, 'postgres');
    const starting = startPostgres({ folder });
    this.#undo.push(async () => {
      await starting.catch(() => {}); // told where it is awaited
      await stopPostgres(folder);
    });
    const postgres = await starting;
    await withClient(postgres.url, async (client) => {
      const { rows } = await client.query(
        `select current_setting('server_version') as version, current_setting('fsync') as fsync,
           current_setting('synchronous_commit') as waits`,
      );
      if (rows[0].fsync !== 'on' || rows[0].waits !== 'on')
        throw new Error('PostgreSQL does not wait for the disk.');
      this.postgresVersion = rows[0].version;
      this.postgresPid = postgres.pid;
    });
    return postgres;
  }
}

/**
 * Waits until a program answers at an address.
 * @param {Program} program
 * @param {string} address any answer to a GET will do
 */
export async function answering({ name, child, log }, address) {
  for (const until = Date.now() + READY_MS; Date.now() < until; await sleep(20)) {
    if (child.exitCode !== null || child.signalCode !== null) break;
    const answer = await fetch(address).catch(() => undefined);
    await answer?.arrayBuffer();
    if (answer && answer.status !== 503) return;
  }
  throw new Error(`The ${name} does not answer. Its log:\n${endOf(log)}`);
}

/** @param {string} log */
function endOf(log) {
  return readFileSync(log, 'utf8').slice(-4000);
}

/**
 * @template T
 * @param {string} url
 * @param {(client: pg.Client) => Promise<T>} work
 */
export async function withClient(url, work) {
  const client = new pg.Client(url);
  client.on('error', () => {}); // told by the query that fails, too
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
