// The Chromium that the browser tests drive: one that is there, or one that can be had.

import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { inProject, say } from './project.mjs';

const NAMES = [
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
  'chrome',
  'microsoft-edge',
];
const APPLICATIONS = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

/**
 * @returns {Promise<string | undefined>} the program's path, if this machine has one; CHROME_PATH goes first
 */
export async function findChromium() {
  const { CHROME_PATH, PATH = '' } = process.env;
  if (CHROME_PATH) return isProgram(CHROME_PATH) ? CHROME_PATH : undefined;
  const inPath = PATH.split(delimiter).flatMap((folder) => NAMES.map((name) => join(folder, name)));
  return [...inPath, ...APPLICATIONS].find(isProgram) ?? (await playwrightsOwn());
}

/**
 * Finds a Chromium, or installs one: by the package manager where we are root on Debian, else by Playwright's download.
 * @returns {Promise<string | undefined>} undefined when this machine cannot have one
 */
export async function ensureChromium() {
  const found = await findChromium();
  if (found || process.env.CHROME_PATH) return found;
  say('Installing a Chromium for the browser tests …');
  if (process.getuid?.() === 0 && existsSync('/etc/debian_version')) {
    run('apt-get', ['update', '-qq']);
    // With a font for Chinese text, which the download further down has to find on the machine.
    run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium', 'fonts-noto-cjk']);
    const installed = await findChromium();
    if (installed) return installed;
  }
  run(process.execPath, [
    inProject('node_modules/playwright-core/cli.js'),
    'install',
    'chromium',
    '--no-shell',
  ]);
  return findChromium();
}

async function playwrightsOwn() {
  const entry = inProject('node_modules/playwright-core/index.mjs');
  if (!existsSync(entry)) return undefined;
  const { chromium } = await import(pathToFileURL(entry).href);
  return [chromium.executablePath()].find(isProgram);
}

/** @param {string} path */
function isProgram(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * @param {string} program
 * @param {string[]} args
 */
function run(program, args) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  spawnSync(program, args, { env, stdio: ['ignore', 2, 2] });
}
