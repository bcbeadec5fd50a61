// Keys other than the demo's own that a journey can be made on: `--key FAMILY:WHICH`.

import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { inProject, say } from './project.mjs';
import { compileSoftwareSkf, whyNoSoftwareSkf } from './skf-software.mjs';

/**
 * @typedef {object} JourneyKey
 * @property {object} driver as it stands in the assistant's configuration
 * @property {{ pin: string, adminPin?: string }} [pins] of a key that is the journey's own, with an admin PIN if it is still to be
 *   initialised; without them the key is somebody's, and its PIN comes on standard input
 */

/**
 * @param {string} named `skf:PROFILE`, `pkcs11:MODULE`
 * @param {string} folder of the journey's own
 * @returns {Promise<JourneyKey | undefined>} undefined for one of the demo's keys
 * @throws {Error} what this machine lacks, in a sentence
 */
export async function journeyKey(named, folder) {
  const [, family, which = ''] = /^([a-z0-9]+):(.+)$/.exec(named) ?? [];
  if (family === 'skf') return which === 'software' ? softwareSkf(folder) : { driver: skf(which) };
  if (family === 'pkcs11') return pkcs11(which, folder);
  return undefined;
}

const random = () => randomBytes(8).toString('hex');

/** @param {string} profile */
const skf = (profile) => ({
  family: 'skf',
  profile: profile.endsWith('.json') ? resolve(profile) : profile,
});

/** @param {string} folder */
function softwareSkf(folder) {
  const missing = whyNoSoftwareSkf();
  if (missing) throw new Error(missing);
  const slots = join(folder, 'slots');
  mkdirSync(slots, { mode: 0o700 });
  const library = join(folder, 'software.so');
  compileSoftwareSkf(library);
  writeFileSync(join(slots, 'DEMO.skf'), '');
  const env = { SKF_SOFTWARE_FOLDER: slots };
  return {
    driver: { ...skf('software'), library, env },
    pins: { pin: random(), adminPin: random() },
  };
}

/**
 * The token that is there, or a new one where there is none: SoftHSM2 gets a folder of the journey's own for it, unless
 * SOFTHSM2_CONF says where its tokens are.
 * @param {string} named the module
 * @param {string} folder
 * @returns {Promise<JourneyKey>}
 */
async function pkcs11(named, folder) {
  const module = named.includes('/') ? resolve(named) : named;
  const own = basename(module).startsWith('libsofthsm2') && !process.env.SOFTHSM2_CONF;
  const env = own ? softHsmFolder(join(folder, 'softhsm')) : undefined;
  const driver = { family: 'pkcs11', module, ...(env && { env }) };
  const pins = await initialiseBlank(module, env);
  return { driver, ...(pins && { pins }) };
}

/** @param {string} folder */
function softHsmFolder(folder) {
  const tokens = join(folder, 'tokens');
  mkdirSync(tokens, { recursive: true, mode: 0o700 });
  const file = join(folder, 'softhsm2.conf');
  writeFileSync(file, `directories.tokendir = ${tokens}\nlog.level = ERROR\n`);
  return { SOFTHSM2_CONF: file };
}

/**
 * Initialises a blank token, where there is no other.
 * @param {string} module
 * @param {Record<string, string> | undefined} env
 * @returns {Promise<{ pin: string } | undefined>} undefined where there is a token already: nothing on it is touched
 */
async function initialiseBlank(module, env) {
  const { pkcs11Driver } = await import(pathToFileURL(inProject('packages/token/dist/index.js')).href);
  const options = { module, ...(env && { env }) };
  const [driver, withBlank] = [pkcs11Driver(options), pkcs11Driver({ ...options, uninitialised: true })];
  try {
    if ((await driver.list()).length > 0) return undefined;
    const [blank] = await withBlank.list();
    if (!blank) throw new Error(`${module} reaches no token.`);
    say('There is no token with a PIN: a blank one is initialised.');
    const [pin, adminPin] = [randomBytes(4).toString('hex'), randomBytes(4).toString('hex')];
    const key = await withBlank.open(blank.ref);
    await key.initialise({ label: 'certdesk demo', pin, adminPin }).finally(() => key.close());
    return { pin };
  } finally {
    await Promise.all([driver.close(), withBlank.close()]);
  }
}
