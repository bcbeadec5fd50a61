// npm run docs: writes the parts of the documentation that are made from the code; --check only says whether they are
// current. docs/promises.md is made and checked by test/promises.test.ts, beside the tests that it names.

import { spawnSync } from 'node:child_process';
import { root } from './project.mjs';
import { runBuilt } from './run-built.mjs';

await runBuilt('apps/server/dist/docs.js');
if (!process.argv.includes('--check')) {
  const vitest = ['node_modules/vitest/vitest.mjs', 'run', 'test/promises.test.ts', '--reporter=dot'];
  const env = { ...process.env, CERTDESK_WRITE_DOCS: '1' };
  const { status } = spawnSync(process.execPath, vitest, { cwd: root, env, stdio: 'inherit' });
  process.exitCode ||= status ?? 1;
}
