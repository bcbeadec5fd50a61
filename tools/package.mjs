// npm run package: the assistant as a single executable, and where there is a dpkg-deb as a Debian package, in dist/package.
//
//   --test              installs and runs what was made (as root on Debian; what cannot be tried is skipped and said)
//   --defaults FILE     the operator's configuration to be put into the Debian package: desks, drivers
//   --out FOLDER        where it goes
//   --executable        only that; --window FOLDER takes a window that was built elsewhere

import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { ensureBuilt } from './build.mjs';
import { lastLine } from './outcome.mjs';
import { checkPackage } from './package/check.mjs';
import { packDebian, stageDebian } from './package/deb.mjs';
import { buildExecutable } from './package/executable.mjs';
import { inProject, say } from './project.mjs';

try {
  process.exitCode = await main();
} catch (error) {
  say(/** @type {Error} */ (error).message);
  process.exitCode = 1;
}

async function main() {
  const { values } = parseArgs({
    options: {
      test: { type: 'boolean' },
      executable: { type: 'boolean' },
      defaults: { type: 'string' },
      out: { type: 'string' },
      window: { type: 'string' },
    },
  });
  if (!values.window) await ensureBuilt();
  const out = resolve(values.out ?? inProject('dist', 'package'));
  mkdirSync(out, { recursive: true });
  say('Making the executable (what the injector says of ".note" is of no importance) …');
  const executable = await buildExecutable(out, values.window);
  show(executable);
  if (values.executable) return 0;
  const deb = makeDebian(out, executable, values.defaults);
  if (deb) show(deb);
  if (!values.test) return 0;
  const outcome = await checkPackage({ executable, deb });
  process.stdout.write(`${lastLine(outcome)}\n`);
  return outcome.failed > 0 ? 1 : 0;
}

/**
 * @param {string} out
 * @param {string} executable
 * @param {string | undefined} defaults
 */
function makeDebian(out, executable, defaults) {
  if (spawnSync('dpkg-deb', ['--version']).status !== 0) {
    say('There is no dpkg-deb on this machine: no Debian package is made.');
    return undefined;
  }
  say('Packing for Debian …');
  const staged = join(out, 'debian');
  stageDebian(staged, { executable, defaults });
  const path = packDebian(staged, out);
  rmSync(staged, { recursive: true });
  return path;
}

/** @param {string} path */
function show(path) {
  process.stdout.write(`${path}  ${(statSync(path).size / 1e6).toFixed(1)} MB\n`);
}
