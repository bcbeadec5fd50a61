// Runs the packaged assistant as a machine without Node would: nothing of this environment, another folder, an empty PATH.

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/**
 * @typedef {object} Account
 * @property {string} home of its own, removed by `remove`
 * @property {string} config the user's configuration
 * @property {NodeJS.ProcessEnv} env
 * @property {{ uid: number, gid: number } | {}} identity
 * @property {() => void} remove
 */

/**
 * A home for one run.
 * @param {{ drivers?: object[], uid?: number }} [options]
 * @returns {Account}
 */
export function account({ drivers = [], uid } = {}) {
  const home = mkdtempSync(join(tmpdir(), 'certdesk-packaged-'));
  const state = join(home, '.local', 'state', 'certdesk');
  mkdirSync(state, { recursive: true, mode: 0o700 });
  const config = join(state, 'config.json');
  writeFileSync(config, JSON.stringify({ phrase: 'packaged', language: 'en', desks: [], drivers }));
  if (uid !== undefined) {
    for (const path of [
      '',
      '.local',
      '.local/state',
      '.local/state/certdesk',
      '.local/state/certdesk/config.json',
    ])
      chownSync(join(home, path), uid, uid);
  }
  return {
    home,
    config,
    env: { HOME: home, PATH: '', CERTDESK_ASSISTANT_PORTS: '0' },
    identity: uid === undefined ? {} : { uid, gid: uid },
    remove: () => rmSync(home, { recursive: true, force: true }),
  };
}

/**
 * @param {string} executable
 * @param {string[]} args
 * @param {Account} account
 * @param {string} [input] standard input
 * @returns {{ code: number | null, out: string, err: string }}
 */
export function runPackaged(executable, args, { home, env, identity }, input = '') {
  const { status, stdout, stderr, error } = spawnSync(executable, args, {
    cwd: home,
    env,
    input,
    encoding: 'utf8',
    timeout: 60_000,
    ...identity,
  });
  return { code: status, out: stdout ?? '', err: stderr || String(error ?? '') };
}

/**
 * Starts it, and waits until it says that it serves.
 * @param {string} executable
 * @param {Account} account
 */
export async function servePackaged(executable, { home, env, identity }) {
  const begin = performance.now();
  const child = spawn(executable, ['serve'], {
    cwd: home,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    ...identity,
  });
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (chunk) => {
    errors += chunk;
  });
  const exited = once(child, 'exit');
  const line = await Promise.race([
    once(createInterface({ input: child.stdout }), 'line').then(([text]) => String(text)),
    exited.then(() => Promise.reject(new Error(`it ended before it served: ${errors}`))),
  ]);
  const ms = performance.now() - begin;
  const address = /http:\/\/127\.0\.0\.1:\d+/.exec(line)?.[0] ?? '';
  return {
    address,
    ms,
    pid: child.pid ?? 0,
    /** The page of its own window, as the browser that `open` starts gets it. */
    async ownWindow() {
      const instance = join(home, '.local', 'state', 'certdesk', 'instance.json');
      const { secret } = JSON.parse(readFileSync(instance, 'utf8'));
      const given = await fetchLocally(`${address}/ticket`, 'POST', { authorization: `Bearer ${secret}` });
      return fetchLocally(`${address}/own?ticket=${JSON.parse(given).ticket}`, 'GET', {});
    },
    /** @returns {Promise<number | null>} the exit code */
    async stop() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
      const [code] = await exited;
      return code;
    },
  };
}

/**
 * By node:http: fetch says that it is a browser's.
 * @param {string} url
 * @param {string} method
 * @param {Record<string, string>} headers
 * @returns {Promise<string>}
 */
async function fetchLocally(url, method, headers) {
  const { request } = await import('node:http');
  return new Promise((resolve, reject) => {
    request(url, { method, headers }, async (response) => {
      let body = '';
      for await (const chunk of response.setEncoding('utf8')) body += chunk;
      if (response.statusCode === 200) resolve(body);
      else reject(new Error(`${method} ${url}: ${response.statusCode}`));
    })
      .once('error', reject)
      .end();
  });
}
