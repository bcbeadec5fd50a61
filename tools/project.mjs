// Where things are, and who may use them at the moment.

import { createHash } from 'node:crypto';
import {
  chmodSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { canReach, databaseAccount } from './database-account.mjs';
import { recordOf, stillRuns } from './processes.mjs';

/** The folder of the checkout. */
export const root = fileURLToPath(new URL('..', import.meta.url)).replace(/[/\\]$/, '');

/** @param {string[]} parts below the checkout */
export const inProject = (...parts) => join(root, ...parts);

/** What is said while working goes to stderr: the stdout of a command belongs to its result. */
export const say = (/** @type {string} */ sentence) => void process.stderr.write(`${sentence}\n`);

/**
 * Where the demo keeps what it must not forget: database, keys, settings. In the checkout; but where root's database
 * account cannot reach that (a clone in root's home), in a folder of /var/tmp that belongs to this checkout alone.
 * CERTDESK_STATE names another folder, for a demo beside the usual one.
 * @returns {string}
 */
export function stateFolder() {
  if (process.env.CERTDESK_STATE) {
    mkdirSync(process.env.CERTDESK_STATE, { recursive: true });
    return realpathSync(process.env.CERTDESK_STATE);
  }
  const own = inProject('.certdesk');
  mkdirSync(own, { recursive: true });
  if (canReach(own, databaseAccount())) return own;
  const name = createHash('sha256').update(root).digest('hex').slice(0, 16);
  const elsewhere = `/var/tmp/certdesk-${name}`;
  mkdirSync(elsewhere, { recursive: true, mode: 0o711 });
  const found = lstatSync(elsewhere);
  // Anybody may make folders in /var/tmp: secrets go into none but our own.
  if (!found.isDirectory() || found.uid !== process.getuid?.()) {
    throw new Error(
      `${elsewhere} belongs to somebody else. Remove it, or work in a folder that others can enter.`,
    );
  }
  chmodSync(elsewhere, 0o711);
  return elsewhere;
}

/**
 * Takes something for this process alone, until it ends or gives it back. One that was killed has lost it.
 * @template {object} T
 * @param {string} path a file that says who has it
 * @param {T} note what others may want to know about the owner
 * @returns {{ release: () => void } | { owner: import('./processes.mjs').ProcessRecord & T }}
 */
export function take(path, note) {
  // Written under another name and linked, so that nobody ever finds the file without its content.
  const mine = `${path}.${process.pid}`;
  writeFileSync(mine, JSON.stringify({ ...recordOf(process.pid), ...note }), { mode: 0o600 });
  for (;;) {
    try {
      linkSync(mine, path);
      rmSync(mine);
      return { release: () => rmSync(path, { force: true }) };
    } catch (error) {
      if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EEXIST') throw error;
    }
    const owner = readOwner(path);
    if (owner !== undefined && stillRuns(owner)) {
      rmSync(mine);
      return { owner };
    }
    rmSync(path, { force: true });
  }
}

/**
 * Works while no other command of this checkout does: two that install or build at once would break each other's work.
 * @template T
 * @param {() => T | Promise<T>} work
 * @returns {Promise<T>}
 */
export async function alone(work) {
  mkdirSync(inProject('.certdesk'), { recursive: true });
  for (let told = false; ; ) {
    const taken = take(inProject('.certdesk', 'working.json'), {});
    if ('release' in taken) {
      try {
        return await work();
      } finally {
        taken.release();
      }
    }
    if (!told) say(`Waiting for another command of certdesk (process ${taken.owner.pid}) …`);
    told = true;
    await sleep(200);
  }
}

/** @param {string} path */
function readOwner(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined; // given back at this moment, or torn by a crash
  }
}
