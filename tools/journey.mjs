// npm run journey -- renewal: a whole journey without a browser. With --json, stdout holds its result and nothing else.
//
//   --url ORIGIN   a desk that runs; without it a whole demo of its own is started, used and removed
//   --key, --home, --years: see apps/assistant/src/journey; with --url the PIN comes on standard input

import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ensureBuilt } from './build.mjs';
import { inProject, say } from './project.mjs';
import { runBuilt } from './run-built.mjs';

const JOURNEY = 'apps/assistant/dist/journey/main.js';

if (process.argv.some((argument) => /^--url(=|$)/.test(argument))) await runBuilt(JOURNEY);
else process.exitCode = await withOwnDemo();

/** @returns {Promise<number>} the exit code */
async function withOwnDemo() {
  try {
    await ensureBuilt();
  } catch (error) {
    say(/** @type {Error} */ (error).message);
    return 1;
  }
  // Below /var/tmp: the database's account must be able to go there.
  const folder = mkdtempSync('/var/tmp/certdesk-journey-');
  chmodSync(folder, 0o711);
  const { DATABASE_URL: _, npm_lifecycle_event: __, ...env } = process.env;
  const demo = spawn(process.execPath, [inProject('tools/start.mjs'), '--port', '0', '--json-ready'], {
    env: { ...env, CERTDESK_STATE: folder, CERTDESK_ASSISTANT_PORTS: '0' },
    stdio: ['ignore', 'pipe', 2],
  });
  const ended = new Promise((resolve) => demo.once('exit', resolve));
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
    process.on(signal, () => demo.kill('SIGTERM'));
  }
  try {
    const ready = await readyLine(demo);
    const [company] = ready.companies;
    const args = [
      '--url',
      ready.url,
      '--key',
      company.ref,
      '--home',
      join(ready.folder, 'demo', 'assistant'),
    ];
    return await run([inProject(JOURNEY), ...process.argv.slice(2), ...args], company.pin);
  } catch (error) {
    say(/** @type {Error} */ (error).message);
    return 1;
  } finally {
    demo.kill('SIGTERM');
    await ended;
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * @param {import('node:child_process').ChildProcess} demo
 * @returns {Promise<{ url: string, folder: string, companies: [{ ref: string, pin: string }] }>}
 */
function readyLine(demo) {
  return new Promise((resolve, reject) => {
    let output = '';
    demo.stdout?.setEncoding('utf8').on('data', (chunk) => {
      output += chunk;
      if (output.includes('\n')) resolve(JSON.parse(output));
    });
    demo.once('exit', () => reject(new Error('The demo ended before it was ready.')));
  });
}

/**
 * @param {string[]} args of node
 * @param {string} input
 * @returns {Promise<number>} the exit code
 */
function run(args, input) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, { stdio: ['pipe', 1, 2] });
    child.stdin?.end(`${input}\n`);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}
