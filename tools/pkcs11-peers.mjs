// The PKCS#11 modules in software that tests run against: those that are there, or that can be had.

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { say } from './project.mjs';

const PLACES = [
  '/usr/lib/softhsm',
  '/usr/lib/x86_64-linux-gnu/softhsm',
  '/usr/lib/aarch64-linux-gnu/softhsm',
  '/usr/lib64/pkcs11',
  '/usr/local/lib/softhsm',
  '/opt/homebrew/lib/softhsm',
].map((folder) => `${folder}/libsofthsm2.so`);
const OPENCRYPTOKI = [
  '/usr/lib/x86_64-linux-gnu/pkcs11/libopencryptoki.so',
  '/usr/lib/aarch64-linux-gnu/pkcs11/libopencryptoki.so',
  '/usr/lib64/pkcs11/libopencryptoki.so',
];

/** @returns {string | undefined} the module's path, where its tools are here too */
export function findSoftHsm() {
  return hasProgram('softhsm2-util') && hasProgram('pkcs11-tool') ? PLACES.find(existsSync) : undefined;
}

/**
 * @returns {string | undefined} openCryptoki's module. Its daemon and its token are one for the whole machine, so tests give them
 *   namespaces of their own, which takes root and a kernel that lets it
 */
export function findOpenCryptoki() {
  if (process.getuid?.() !== 0 || !['pkcsslotd', 'pkcs11-tool', 'nsenter'].every(hasProgram))
    return undefined;
  const module = OPENCRYPTOKI.find(existsSync);
  const { status } = spawnSync('unshare', ['--mount', '--ipc', 'true'], { stdio: 'ignore' });
  return status === 0 ? module : undefined;
}

/**
 * Finds the peers, or installs them where we are root on Debian.
 * @returns {string[]} names of those that this machine cannot have
 */
export function ensurePkcs11Peers() {
  if (missing().length > 0 && process.getuid?.() === 0 && existsSync('/etc/debian_version')) {
    say('Installing SoftHSM2, openCryptoki and OpenSC for the tests with PKCS#11 …');
    run('apt-get', ['update', '-qq']);
    const packages = ['softhsm2', 'opencryptoki', 'opensc', 'gcc', 'libc6-dev'];
    run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages]);
  }
  return missing();
}

function missing() {
  return [
    ...(findSoftHsm() ? [] : ['SoftHSM2 (with pkcs11-tool)']),
    ...(findOpenCryptoki() ? [] : ['openCryptoki (as root, with namespaces)']),
    ...(hasProgram('gcc') ? [] : ['a C compiler']),
  ];
}

/** @param {string} name */
export function hasProgram(name) {
  const places = [...(process.env.PATH ?? '').split(':'), '/usr/sbin'];
  return places.some((folder) => existsSync(`${folder}/${name}`));
}

/**
 * @param {string} program
 * @param {string[]} args
 */
function run(program, args) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  spawnSync(program, args, { env, stdio: ['ignore', 2, 2] });
}
