// Keys other than the demo's own that a journey can be made on: `--key FAMILY:WHICH`.

import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { compileSoftwareSkf, whyNoSoftwareSkf } from './skf-software.mjs';

/**
 * @typedef {object} JourneyKey
 * @property {object} driver as it stands in the assistant's configuration
 * @property {{ pin: string, adminPin: string }} [pins] of a key in software that is to be initialised; without them the key is
 *   somebody's, and its PIN comes on standard input
 */

/**
 * @param {string} named `skf:PROFILE`
 * @param {string} folder of the journey's own
 * @returns {JourneyKey | undefined} undefined for one of the demo's keys
 * @throws {Error} what this machine lacks, in a sentence
 */
export function journeyKey(named, folder) {
  const [, family, which = ''] = /^([a-z0-9]+):(.+)$/.exec(named) ?? [];
  if (family === 'skf') return which === 'software' ? softwareSkf(folder) : { driver: skf(which) };
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
