// npm run interrupt: every point of every journey with everything that can happen there, as a matrix. An hour or more.
//
//   --journey renewal|amendment one journey alone
//   --only TEXT                 what matches this regular expression, like 'kill-assistant .* key'
//   --key virtual|softhsm|skf   the kind of key that it happens to; virtual unless given

import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ensureInstalled } from './install.mjs';
import { alone, root } from './project.mjs';

const { values } = parseArgs({
  options: {
    journey: { type: 'string', default: '' },
    key: { type: 'string', default: 'virtual' },
    only: { type: 'string', default: '' },
  },
});
await alone(ensureInstalled);
const folder = mkdtempSync(join(tmpdir(), 'certdesk-interrupt-'));
chmodSync(folder, 0o711); // the database's account must be able to enter
const file = join(folder, 'matrix.txt');
const vitest = ['node_modules/vitest/vitest.mjs', 'run', 'test/interruptions/interruptions.test.ts'];
const { status } = spawnSync(process.execPath, vitest, {
  cwd: root,
  env: {
    ...process.env,
    TMPDIR: folder,
    CERTDESK_INTERRUPT: 'all',
    CERTDESK_INTERRUPT_MATRIX: file,
    CERTDESK_INTERRUPT_JOURNEY: values.journey,
    CERTDESK_INTERRUPT_KEY: values.key,
    CERTDESK_INTERRUPT_ONLY: values.only,
  },
  stdio: ['ignore', 'inherit', 'inherit'],
});
if (existsSync(file)) process.stdout.write(`\n${readFileSync(file, 'utf8')}`);
rmSync(folder, { recursive: true, force: true });
process.exitCode = status ?? 1;
