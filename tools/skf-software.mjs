// Compiles the software SKF library of packages/token/src/skf/software: see software.h there.

import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { inProject } from './project.mjs';

const SOURCES = inProject('packages/token/src/skf/software');

/**
 * Why the library cannot be compiled here.
 * @returns {string | undefined} undefined where it can
 */
export function whyNoSoftwareSkf() {
  if (process.platform === 'win32') return 'The software SKF library needs a POSIX system.';
  const input = '#include <openssl/core_names.h>\nint main(void) { return 0; }\n';
  const { status } = spawnSync('gcc', ['-x', 'c', '-fsyntax-only', '-'], { input, stdio: 'pipe' });
  if (status === 0) return undefined;
  return 'The software SKF library needs gcc and the headers of OpenSSL 3 (Debian: gcc, libssl-dev).';
}

/**
 * @param {string} path of the library that is made
 * @param {{ packing?: 'packed' | 'natural', ulongBits?: 32 | 64 }} [abi]
 */
export function compileSoftwareSkf(path, { packing = 'packed', ulongBits = 32 } = {}) {
  const files = readdirSync(SOURCES).filter((name) => name.endsWith('.c'));
  const abi = [
    ...(packing === 'packed' ? ['-DSKF_PACK=1'] : []),
    ...(ulongBits === 64 ? ['-DSKF_ULONG_64'] : []),
  ];
  const strict = ['-std=gnu11', '-O1', '-Wall', '-Wextra', '-Werror', '-Wno-address-of-packed-member'];
  const shared = ['-fPIC', '-shared', '-fvisibility=hidden', '-o', path];
  execFileSync('gcc', [...strict, ...abi, ...shared, ...files, '-lcrypto'], {
    cwd: SOURCES,
    stdio: ['ignore', 2, 2],
  });
}
