// What the figures were measured on.

import { spawnSync } from 'node:child_process';
import { availableParallelism, cpus, hostname, totalmem } from 'node:os';
import { root } from '../tools/project.mjs';

/**
 * @typedef {object} Machine
 * @property {string} name
 * @property {string} cpu
 * @property {number} cores that this process may use
 * @property {number} memoryGb
 * @property {Record<string, string | null>} versions null: not installed, or not used by this run
 * @property {string} commit short, with `+` when files differ from it
 */

/**
 * @param {string | null} postgres its version, when a database was used
 * @returns {Machine}
 */
export function machine(postgres) {
  return {
    name: hostname(),
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryGb: Math.round(totalmem() / 2 ** 30),
    versions: {
      node: process.versions.node,
      'openssl in node': process.versions.openssl,
      openssl: firstWords(output('openssl', ['version']), /^OpenSSL (\S+)/),
      postgres,
      cfssl: firstWords(output('cfssl', ['version']), /Version:\s*(\S+)/),
    },
    commit: commit(),
  };
}

/** @param {Machine} facts */
export function machineText({ name, cpu, cores, memoryGb, versions, commit }) {
  const programs = Object.entries(versions).map(
    ([program, version]) => `${program} ${version ?? '(not installed or not used)'}`,
  );
  return `${name}: ${cpu}, ${cores} cores, ${memoryGb} GB · commit ${commit}\n${programs.join(' · ')}`;
}

function commit() {
  const head = output('git', ['-C', root, 'rev-parse', '--short', 'HEAD'])?.trim();
  if (!head) return 'unknown';
  return output('git', ['-C', root, 'status', '--porcelain', '--untracked-files=no']) === ''
    ? head
    : `${head}+`;
}

/**
 * @param {string} program
 * @param {string[]} args
 * @returns {string | undefined} undefined when it is not installed or fails
 */
function output(program, args) {
  const { status, stdout } = spawnSync(program, args, { encoding: 'utf8' });
  return status === 0 ? stdout : undefined;
}

/**
 * @param {string | undefined} text
 * @param {RegExp} pattern
 */
function firstWords(text, pattern) {
  return (text && pattern.exec(text)?.[1]) || null;
}
