// npm run interrupt: every point of the renewal with everything that can happen there, as a matrix. Some minutes.

import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureInstalled } from './install.mjs';
import { alone, root } from './project.mjs';

await alone(ensureInstalled);
const folder = mkdtempSync(join(tmpdir(), 'certdesk-interrupt-'));
chmodSync(folder, 0o711); // the database's account must be able to enter
const file = join(folder, 'matrix.txt');
const vitest = ['node_modules/vitest/vitest.mjs', 'run', 'test/interruptions/interruptions.test.ts'];
const { status } = spawnSync(process.execPath, vitest, {
  cwd: root,
  env: { ...process.env, TMPDIR: folder, CERTDESK_INTERRUPT: 'all', CERTDESK_INTERRUPT_MATRIX: file },
  stdio: ['ignore', 'inherit', 'inherit'],
});
if (existsSync(file)) process.stdout.write(`\n${readFileSync(file, 'utf8')}`);
rmSync(folder, { recursive: true, force: true });
process.exitCode = status ?? 1;
