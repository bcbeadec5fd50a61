// Installs the dependencies when they are missing or not those of package-lock.json.

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { inProject, root, say } from './project.mjs';

const OLDEST_NODE = { major: 20, minor: 19 };

/** @typedef {Record<string, { version?: string, link?: boolean, optional?: boolean, devOptional?: boolean }>} Packages */

/** Ends the command with a sentence if this cannot be made to work here. */
export function ensureInstalled() {
  if (!isNewEnough(process.versions.node)) {
    say(
      `certdesk needs Node ${OLDEST_NODE.major}.${OLDEST_NODE.minor} or later; this is ${process.versions.node}. See https://nodejs.org`,
    );
    process.exit(1);
  }
  const wanted = packagesIn(inProject('package-lock.json')) ?? {};
  if (isComplete(wanted, packagesIn(inProject('node_modules', '.package-lock.json')))) return;
  say('Installing the dependencies (npm ci) …');
  // npm says where it is to the scripts that it runs; a `npm.cmd` cannot be started without a shell.
  const [program, ...before] = process.env.npm_execpath
    ? [process.execPath, process.env.npm_execpath]
    : ['npm'];
  const args = [...before, 'ci', '--no-audit', '--no-fund'];
  const { status } = spawnSync(/** @type {string} */ (program), args, { cwd: root, stdio: ['ignore', 2, 2] });
  if (status !== 0) {
    say('The dependencies could not be installed; npm says why above. Is the package registry reachable?');
    process.exit(1);
  }
}

/** @param {string} version as in process.versions.node */
export function isNewEnough(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > OLDEST_NODE.major || (major === OLDEST_NODE.major && minor >= OLDEST_NODE.minor);
}

/**
 * Whether all that package-lock.json asks for is in node_modules, in its version. By content and not by time: changing
 * to another branch and back makes files newer, not different. Optional packages depend on the platform.
 * @param {Packages} wanted
 * @param {Packages | undefined} installed npm's own list of what it put into node_modules
 */
export function isComplete(wanted, installed) {
  return Object.entries(wanted).every(
    ([path, { version, link, optional, devOptional }]) =>
      !path.startsWith('node_modules/') ||
      link ||
      optional ||
      devOptional ||
      installed?.[path]?.version === version,
  );
}

/**
 * @param {string} file
 * @returns {Packages | undefined}
 */
function packagesIn(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages;
  } catch {
    return undefined;
  }
}
