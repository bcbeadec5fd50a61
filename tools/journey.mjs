// npm run journey -- renewal, or amendment: a whole journey without a browser. With --json, stdout holds its result and nothing else.
//
//   --url ORIGIN     a desk that runs; without it a whole demo of its own is started, used and removed
//   --key skf:PROFILE  without --url: not on the demo's own key, but on one with an SKF library (docs/keys.md). `skf:software` compiles
//                    one and makes a key; on any other, whose PIN comes on standard input, a container is made and used
//   --key pkcs11:MODULE  the same with a PKCS#11 module, on the token that it reaches; one that is blank is initialised, and SoftHSM2
//                    gets a folder of its own unless SOFTHSM2_CONF is set
//   --twin           without --url: with the demo's company that has signing and encryption certificates, or such a pair on the key
//   --company REF    without --url and --key: with this one of the demo's companies, by its key's name
//   --add KINDS, --decline KINDS: of the numbers on offer these come into the certificate, or all but these; without either all do
//   --key, --home, --years: see apps/assistant/src/journey; with --url the PIN comes on standard input

import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { ensureBuilt } from './build.mjs';
import { journeyKey } from './journey-keys.mjs';
import { startPostgres, stopPostgres } from './postgres.mjs';
import { inProject, say } from './project.mjs';
import { runBuilt } from './run-built.mjs';

const JOURNEY = 'apps/assistant/dist/journey/main.js';
const PREPARE = 'apps/assistant/dist/journey/prepare.js';
const CERTDESK = 'apps/server/dist/certdesk.js';

/** @typedef {{ url: string, folder: string, companies: [{ ref: string, pin: string }, ...{ ref: string, pin: string }[]] }} Ready */
/** @typedef {{ ref: string, pin: string, home: string }} Prepared */

/** Of the demo, where no other is named: the company to make a journey with, and the one with twin certificates. */
const companyOf = {
  renewal: { one: 'example-trading', twin: 'twin-hospital' },
  amendment: { one: 'amendment-bakery', twin: 'twin-amendment-clinic' },
};

const asked = readArguments();
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
  /** @type {(() => Promise<unknown>)[]} */
  const stops = [];
  try {
    const other = await journeyKey(asked.key ?? '', folder);
    const { DATABASE_URL: _, npm_lifecycle_event: __, ...env } = process.env;
    const database = other && (await ownDatabase(join(folder, 'postgres'), stops));
    const demo = startDemo({
      ...env,
      ...(database && { DATABASE_URL: database }),
      CERTDESK_STATE: folder,
      CERTDESK_ASSISTANT_PORTS: '0',
    });
    stops.push(demo.stop);
    const ready = await demo.ready;
    const prepared =
      other && database ? await prepareKey(other, { ready, folder, database }) : demosOwn(ready);
    const args = ['--url', ready.url, '--key', prepared.ref, '--home', prepared.home];
    return await run([inProject(JOURNEY), ...passedOn(), ...args], prepared.pin);
  } catch (error) {
    say(/** @type {Error} */ (error).message);
    return 1;
  } finally {
    for (const stop of stops.toReversed()) await stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What this program itself goes by; the rest is for the journey. */
function readArguments() {
  const { values, positionals } = parseArgs({
    strict: false,
    allowPositionals: true,
    options: { key: { type: 'string' }, company: { type: 'string' }, twin: { type: 'boolean' } },
  });
  const text = (/** @type {unknown} */ value) => (typeof value === 'string' ? value : undefined);
  const twin = values.twin === true;
  return { journey: positionals[0], key: text(values.key), company: text(values.company), twin };
}

/** @returns {string[]} this program's arguments without those that are its own */
function passedOn() {
  const own = /^--(twin|company)(=|$)/;
  return process.argv
    .slice(2)
    .filter((argument, at, all) => !own.test(argument) && all[at - 1] !== '--company');
}

/**
 * The key of one of the demo's companies.
 * @param {Ready} ready
 * @returns {Prepared}
 */
function demosOwn({ folder, companies }) {
  const usual = companyOf[asked.journey === 'amendment' ? 'amendment' : 'renewal'];
  const name = asked.company ?? usual[asked.twin ? 'twin' : 'one'];
  const company = companies.find(({ ref }) => ref === name);
  if (!company)
    throw new Error(`The demo has no company ${name}: ${companies.map(({ ref }) => ref).join(', ')}.`);
  const { ref, pin } = company;
  return { ref, pin, home: join(folder, 'demo', 'assistant') };
}

/** @returns {string[]} for the programs that prepare a key */
function twinFlag() {
  return asked.twin ? ['--twin'] : [];
}

/**
 * A database that this program knows, too, and not the demo alone.
 * @param {string} folder
 * @param {(() => Promise<unknown>)[]} stops
 */
async function ownDatabase(folder, stops) {
  stops.push(() => stopPostgres(folder));
  return (await startPostgres({ folder, durable: false })).url;
}

/** @param {NodeJS.ProcessEnv} env */
function startDemo(env) {
  const demo = spawn(process.execPath, [inProject('tools/start.mjs'), '--port', '0', '--json-ready'], {
    env,
    stdio: ['ignore', 'pipe', 2],
  });
  const ended = new Promise((resolve) => demo.once('exit', resolve));
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
    process.on(signal, () => demo.kill('SIGTERM'));
  }
  const stop = () => {
    demo.kill('SIGTERM');
    return ended;
  };
  return { ready: readyLine(demo), stop };
}

/**
 * Puts a certificate of the demo on another key, and an assistant beside the demo's that reaches it.
 * @param {import('./journey-keys.mjs').JourneyKey} key
 * @param {{ ready: Ready, folder: string, database: string }} demo
 * @returns {Promise<Prepared>}
 */
async function prepareKey({ driver, pins }, { ready, folder, database }) {
  const pin = pins?.pin ?? (await text(process.stdin)).split(/\r?\n/)[0] ?? '';
  const demoFolder = join(ready.folder, 'demo');
  const home = join(folder, 'assistant');
  mkdirSync(home, { mode: 0o700 });
  const config = JSON.parse(readFileSync(join(demoFolder, 'assistant', 'config.json'), 'utf8'));
  writeFileSync(join(home, 'config.json'), JSON.stringify({ ...config, drivers: [driver] }), { mode: 0o600 });

  const adminPin = pins?.adminPin;
  const initialise = adminPin === undefined ? [] : ['--initialise'];
  const child = spawn(process.execPath, [inProject(PREPARE), '--home', home, ...initialise, ...twinFlag()], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const exit = new Promise((resolve) => child.once('exit', resolve));
  const lines = lineReader(child.stdout);
  child.stdin.on('error', () => {}); // It has said on stderr why it ended.
  child.stdin.write(`${adminPin === undefined ? '' : `${adminPin}\n`}${pin}\n`);
  const publicKey = await lines((line) => line.startsWith('-----END'));
  const file = join(folder, 'public-key.pem');
  writeFileSync(file, publicKey.join('\n'));
  const certificate = publicKey.length > 0 ? await demoCertificate(demoFolder, file, database) : '';
  child.stdin.end(`${certificate}\n`);
  const [ref = ''] = await lines(() => true);
  if ((await exit) !== 0) throw new Error('The key could not be prepared.');
  return { ref, pin, home };
}

/**
 * @param {string} folder
 * @param {string} publicKey file
 * @param {string} database
 */
async function demoCertificate(folder, publicKey, database) {
  const demo = ['demo', 'certificate', '--folder', folder, '--key', publicKey, ...twinFlag()];
  const args = [inProject(CERTDESK), ...demo];
  const child = spawn(process.execPath, args, {
    env: { ...process.env, DATABASE_URL: database },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return (await text(child.stdout)).trim();
}

/**
 * Reads a program's output line by line.
 * @param {NodeJS.ReadableStream} stream
 * @returns {(isLast: (line: string) => boolean) => Promise<string[]>} lines up to the last that is wanted, or to the end
 */
function lineReader(stream) {
  const parts = stream.setEncoding('utf8')[Symbol.asyncIterator]();
  let rest = '';
  return async (isLast) => {
    /** @type {string[]} */
    const lines = [];
    for (;;) {
      const end = rest.indexOf('\n');
      if (end >= 0) {
        const line = rest.slice(0, end);
        rest = rest.slice(end + 1);
        lines.push(line);
        if (isLast(line)) return lines;
        continue;
      }
      const { value, done } = await parts.next();
      if (done) return lines;
      rest += String(value);
    }
  };
}

/**
 * @param {import('node:child_process').ChildProcess} demo
 * @returns {Promise<Ready>}
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
