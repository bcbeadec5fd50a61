// Runs a built program with the arguments of this command: same terminal, same exit code.

import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { ensureBuilt } from './build.mjs';
import { inProject, say } from './project.mjs';

/**
 * @param {string} entry path in the project
 * @param {{ before?: string[] }} [options] arguments that come before those of the command line
 */
export async function runBuilt(entry, { before = [] } = {}) {
  try {
    await ensureBuilt();
  } catch (error) {
    say(/** @type {Error} */ (error).message);
    process.exit(1);
  }
  if (!existsSync(inProject(entry))) {
    say(`${entry} is not part of this build.`);
    process.exit(1);
  }
  const child = spawn(process.execPath, [inProject(entry), ...before, ...process.argv.slice(2)], {
    stdio: 'inherit',
  });
  // ctrl-C reaches the program by itself; this command only waits for what it makes of it.
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
    process.on(signal, () => signal === 'SIGINT' || child.kill(signal));
  }
  child.on('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal ?? 'SIGTERM']));
}
