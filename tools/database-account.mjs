// Who PostgreSQL runs as, and where that account can get to.

import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * PostgreSQL refuses to run as root, so root lends it another account.
 * @typedef {{ name: string, uid: number, gid: number }} Account
 */

/**
 * The account that PostgreSQL runs as: the caller's own, except for root. Root uses `postgres` where there is one,
 * otherwise `nobody`: no account is made on a machine for the sake of a demo.
 * @returns {Account | undefined} undefined: the caller's own
 */
export function databaseAccount() {
  if (process.getuid?.() !== 0) return undefined;
  for (const name of ['postgres', 'nobody']) {
    try {
      const id = (/** @type {string} */ flag) =>
        Number(execFileSync('id', [flag, name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
      return { name, uid: id('-u'), gid: id('-g') };
    } catch {
      // No such account: try the next.
    }
  }
  throw new Error(
    'PostgreSQL does not run as root, and there is neither a user postgres nor nobody. Start as an ordinary user.',
  );
}

/**
 * Whether the account can enter a folder (root's home, for example, is closed to it).
 * @param {string} folder
 * @param {Account | undefined} account
 */
export function canReach(folder, account) {
  if (account === undefined) return true;
  try {
    execFileSync('/bin/sh', ['-c', 'cd "$1"', 'sh', folder], {
      uid: account.uid,
      gid: account.gid,
      cwd: '/',
      stdio: 'ignore',
    });
    return true;
  } catch {
    return false;
  }
}

/**
 * A new folder for what outlives no test run, one that the database's account can enter.
 * @param {string} prefix
 */
export function temporaryFolder(prefix) {
  const account = databaseAccount();
  const parent = [tmpdir(), '/tmp', '/var/tmp'].find((candidate) => canReach(candidate, account)) ?? tmpdir();
  const folder = mkdtempSync(join(parent, prefix));
  chmodSync(folder, 0o711);
  return folder;
}
