// npm start: the whole desk on this machine, for looking and trying. Installs and builds what is missing, then runs
// PostgreSQL, the key assistant and the server, and stops all of it at ctrl-C.
//
//   --port N       where the pages are (else CERTDESK_PORT, else 8080; 0: any free one)
//   --json-ready   once everything runs, one line of JSON on stdout that says so, for programs that wait for it
//   DATABASE_URL   another PostgreSQL (15 or later) instead of the embedded one

import { execFile, execFileSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs, promisify } from 'node:util';
import { ensureBuilt } from './build.mjs';
import { Children, stopLeftovers, stopProcess } from './children.mjs';
import { freePort } from './ports.mjs';
import { startPostgres, stopPostgres } from './postgres.mjs';
import { recordOf, stillRuns } from './processes.mjs';
import { inProject, root, say, stateFolder, take } from './project.mjs';

const SERVER = inProject('apps/server/dist/main.js');
const CERTDESK = inProject('apps/server/dist/certdesk.js');
const ASSISTANT = inProject('apps/assistant/dist/main.js');

/** @typedef {{ name: string, pin?: string, key?: string }} DemoCompany */

/** @type {(() => Promise<unknown>)[]} what must be stopped, in the order in which it was started */
const started = [];
/** @type {Promise<never> | undefined} */
let ending;

for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
  process.on(signal, () => void end(0, '\nStopping …'));
}
main().catch((/** @type {Error} */ error) => end(1, error.message));

async function main() {
  const { values } = parseArgs({
    options: { port: { type: 'string' }, 'json-ready': { type: 'boolean', default: false } },
  });
  const folder = stateFolder();
  const logs = join(folder, 'logs');
  const demo = join(folder, 'demo');
  mkdirSync(demo, { recursive: true, mode: 0o700 }); // keys and passphrases
  await becomeTheOnlyOne(folder);
  const leftovers = await stopLeftovers(logs);
  if (leftovers.length > 0) say(`Stopped what an earlier start had left running: ${leftovers.join(', ')}.`);
  const port = await choosePort(values.port ?? process.env.CERTDESK_PORT ?? '8080');
  const url = `http://localhost:${port}`;
  await ensureBuilt();

  const databaseUrl = process.env.DATABASE_URL || (await ownDatabase(folder));
  const env = {
    ...process.env,
    DATABASE_URL: databaseUrl,
    CERTDESK_CONFIG: join(demo, 'server.json'),
    CERTDESK_PASSPHRASE_FILE: join(demo, 'passphrase'),
    CERTDESK_ASSISTANT_HOME: join(demo, 'assistant'),
    CERTDESK_KEYMANAGEMENT_PORT: String(await freePort()),
  };
  const { companies } = await prepareDemo(demo, url, env);

  const children = new Children(logs, (message) => void end(1, message));
  started.push(() => children.stop());
  const assistantReady = new Promise((/** @type {(address: string) => void} */ resolve) => {
    children.start('assistant', [ASSISTANT, 'serve'], env, (line) => {
      const address = /http:\/\/127\.0\.0\.1:\d+/.exec(line);
      if (address) resolve(address[0]);
    });
  });
  const keys = startKeyManagement(children, demo, env);
  children.start('server', [SERVER], env);
  const [assistant] = await Promise.all([
    assistantReady,
    ready(`${url}/readyz`, logs),
    keys && ready(`${keys}/readyz`, logs),
  ]);

  if (values['json-ready']) {
    process.stdout.write(`${JSON.stringify({ event: 'ready', url, assistant, folder, companies })}\n`);
  } else {
    process.stdout.write(greeting({ url, assistant, folder, companies }));
  }
}

/**
 * Stops everything, last things first, and ends the command.
 * @param {number} code
 * @param {string} message
 */
function end(code, message) {
  ending ??= (async () => {
    say(message);
    for (const stop of started.toReversed()) {
      await stop().catch((/** @type {Error} */ error) => {
        say(error.message);
        code = 1;
      });
    }
    process.exit(code);
  })();
  return ending;
}

/**
 * Two starts on one folder would pull the database from under each other. One whose npm was killed runs for nobody any
 * more: it makes way.
 * @param {string} folder
 */
async function becomeTheOnlyOne(folder) {
  const npm = process.env.npm_lifecycle_event ? recordOf(process.ppid) : undefined;
  for (;;) {
    const taken = take(join(folder, 'start.json'), { npm });
    if ('release' in taken) {
      started.push(async () => taken.release());
      return;
    }
    const { owner } = taken;
    if (owner.npm === undefined || stillRuns(owner.npm)) {
      throw new Error(
        `certdesk runs already from this folder (process ${owner.pid}). Stop that one first (ctrl-C there, or: kill ${owner.pid}).`,
      );
    }
    say(`Stopping an earlier start (process ${owner.pid}) whose npm is gone …`);
    await stopProcess(owner);
  }
}

/** @param {string} folder */
async function ownDatabase(folder) {
  const data = join(folder, 'postgres');
  started.push(() => stopPostgres(data));
  const postgres = await startPostgres({ folder: data });
  if (postgres.foundRunning)
    say('Stopped the database that an earlier start had left running; its data are kept.');
  const record = recordOf(postgres.pid);
  const watch = setInterval(() => {
    if (!stillRuns(record))
      void end(1, `PostgreSQL has ended. Why: ${join(folder, 'postgres', 'postgres.log')}`);
  }, 1000);
  started.push(async () => clearInterval(watch));
  return postgres.url;
}

/**
 * Makes what the demo consists of, or finds it as it was left: settings, CA, companies, virtual keys.
 * @param {string} folder
 * @param {string} url
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<{ companies: DemoCompany[] }>}
 */
async function prepareDemo(folder, url, env) {
  const args = [CERTDESK, 'demo', 'prepare', '--folder', folder, '--url', url];
  try {
    // Not the blocking way: a ctrl-C must be noticed here first.
    const { stdout } = await promisify(execFile)(process.execPath, args, { env });
    return JSON.parse(stdout.slice(stdout.indexOf('{')));
  } catch (error) {
    const { stderr, message } = /** @type {{ stderr?: string, message: string }} */ (error);
    throw new Error(`The demo could not be prepared:\n${stderr || message}`);
  }
}

/**
 * The keeper of encryption keys, with its own passphrase and without the desk's.
 * @param {Children} children
 * @param {string} demo
 * @param {NodeJS.ProcessEnv} env
 * @returns {string | undefined} its address; undefined where the demo has none
 */
function startKeyManagement(children, demo, { CERTDESK_PASSPHRASE_FILE: _, CERTDESK_CONFIG: __, ...env }) {
  const settings = join(demo, 'keymanagement', 'keymanagement.json');
  if (!existsSync(settings)) return undefined;
  children.start('keymanagement', [CERTDESK, 'keymanagement', 'serve'], {
    ...env,
    CERTDESK_KEYMANAGEMENT_CONFIG: settings,
    CERTDESK_KEYMANAGEMENT_PASSPHRASE_FILE: join(demo, 'keymanagement-passphrase'),
  });
  return `http://127.0.0.1:${env.CERTDESK_KEYMANAGEMENT_PORT}`;
}

/**
 * @param {string} address answers 200 when the server is ready
 * @param {string} logs
 */
async function ready(address, logs) {
  for (const until = Date.now() + 60_000; Date.now() < until; ) {
    const answer = await fetch(address).catch(() => undefined);
    if (answer?.ok) return;
    await sleep(40);
  }
  throw new Error(`The server does not become ready (${address}). Its log: ${join(logs, 'server.log')}`);
}

/**
 * @param {string} wanted
 * @returns {Promise<number>} a port on which nobody listens
 */
async function choosePort(wanted) {
  if (!/^\d{1,5}$/.test(wanted)) throw new Error(`"${wanted}" is no port: give a number, like --port 8081.`);
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', (/** @type {NodeJS.ErrnoException} */ error) => {
      const taken = error.code === 'EADDRINUSE';
      const who = taken ? listenerOn(wanted) : undefined;
      const why = taken
        ? `is taken${who ? ` by ${who}` : ' by another program'}`
        : `cannot be used (${error.code})`;
      reject(new Error(`Port ${wanted} ${why}. Stop that, or choose another port: npm start -- --port 8081`));
    });
    probe.listen(Number(wanted), '127.0.0.1', () => {
      const { port } = /** @type {import('node:net').AddressInfo} */ (probe.address());
      probe.close(() => resolve(port));
    });
  });
}

/** @param {string} port */
function listenerOn(port) {
  try {
    const found = execFileSync('lsof', ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-Fpc'], {
      encoding: 'utf8',
      stdio: 'pipe',
    });
    return `${/^c(.+)/m.exec(found)?.[1]} (process ${/^p(\d+)/m.exec(found)?.[1]})`;
  } catch {
    return undefined; // no lsof here, or another user's program
  }
}

/** @param {{ url: string, assistant: string, folder: string, companies: DemoCompany[] }} facts */
function greeting({ url, assistant, folder, companies }) {
  const rows = companies.map(
    ({ name, key, pin }) => `    ${name}${key ? `  ·  ${key}` : ''}${pin ? `  ·  PIN ${pin}` : ''}\n`,
  );
  const where = folder.startsWith(root) ? '.certdesk' : folder;
  return `
  证书自助服务已启动 · certdesk is running

    网页 pages            ${url}
    接口 API              ${url}/api/docs
    密钥助手 assistant    ${assistant}

  演示密钥 demo keys
${rows.join('')}
  数据与日志 data and logs: ${where} · 按 Ctrl-C 停止 ctrl-C stops everything
`;
}
