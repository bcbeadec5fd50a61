// npm test: everything that can be checked, ending with the line `N passed, N failed`.
// npm test -- packages/gm: only vitest, with these filters.
// CERTDESK_STRICT=1: what this machine cannot run (no Chromium to be had, say) has failed instead of being skipped.

import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureChromium } from './browser.mjs';
import { ensureBuilt } from './build.mjs';
import { ensureInstalled } from './install.mjs';
import { countTests, lastLine, sum } from './outcome.mjs';
import { ensurePkcs11Peers } from './pkcs11-peers.mjs';
import { alone, inProject, root, say } from './project.mjs';

const LONGEST_MS = 30 * 60_000;
const GENERATED_DOCS = inProject('apps/server/dist/docs.js');

const strict = process.env.CERTDESK_STRICT === '1';
const filters = process.argv.slice(2);
/** @type {import('./outcome.mjs').Outcome[]} */
const outcomes = [];

await alone(ensureInstalled);
const chromium = await ensureChromium();
if (chromium) process.env.CHROME_PATH = chromium;
else say('There is no Chromium on this machine, and none could be installed: the browser tests are skipped.');

const noPeers = ensurePkcs11Peers();
if (noPeers.length > 0) say(`Not on this machine: ${noPeers.join(', ')}. Tests that need them are skipped.`);

if (filters.length === 0) {
  await phase('Formatting and lint rules', () => succeeds('node_modules/@biomejs/biome/bin/biome', 'check'));
  await phase('Types, of the tests too', () =>
    succeeds('node_modules/typescript/bin/tsc', '-p', 'tsconfig.test.json'),
  );
  await phase('Build', builds);
  if (existsSync(GENERATED_DOCS)) {
    await phase('Generated documentation is current', () => succeeds('tools/docs.mjs', '--check'));
  }
}
await phase('Tests', vitest);

const total = sum(outcomes, { strict });
if (strict && outcomes.some(({ skipped }) => skipped > 0))
  say('What was skipped counts as failed (CERTDESK_STRICT).');
process.exitCode = total.failed > 0 ? 1 : 0;
process.stdout.write(`\n${lastLine(total)}\n`);

/**
 * @param {string} title
 * @param {() => boolean | import('./outcome.mjs').Outcome | Promise<boolean>} work true: passed
 */
async function phase(title, work) {
  process.stdout.write(`\n— ${title} —\n`);
  const start = performance.now();
  const result = await work();
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  const outcome =
    typeof result === 'boolean' ? { passed: Number(result), failed: Number(!result), skipped: 0 } : result;
  process.stdout.write(`${title}: ${outcome.failed > 0 ? 'FAILED' : 'passed'} (${seconds} s)\n`);
  outcomes.push(outcome);
}

/** @param {string[]} args of node */
function succeeds(...args) {
  return (
    spawnSync(process.execPath, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] }).status === 0
  );
}

async function builds() {
  try {
    await ensureBuilt();
    return true;
  } catch (error) {
    say(/** @type {Error} */ (error).message);
    return false;
  }
}

function vitest() {
  // Temporary folders of tests go in here, and go with it. The database's account must be able to enter.
  const folder = mkdtempSync(join(tmpdir(), 'certdesk-tests-'));
  chmodSync(folder, 0o711);
  const file = join(folder, 'report.json');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
  const args = ['node_modules/vitest/vitest.mjs', 'run', ...reporters, ...filters];
  const { status } = spawnSync(process.execPath, args, {
    cwd: root,
    env: { ...process.env, TMPDIR: folder },
    stdio: ['ignore', 'inherit', 'inherit'],
    timeout: LONGEST_MS,
  });
  try {
    return countTests(existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined, status);
  } catch {
    return countTests(undefined, status);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
