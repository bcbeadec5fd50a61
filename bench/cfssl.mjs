// CloudFlare's CA server, as it comes: an embedded CA key, requests over HTTP. It stores nothing.

import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../tools/ports.mjs';
import { request } from './connection.mjs';
import { answering } from './stage.mjs';

/**
 * @param {import('./stage.mjs').Stage} stage
 * @returns {Promise<{ port: number, pid: number, stop: () => Promise<void> } | undefined>} undefined: it is not installed
 */
export async function startCfssl(stage) {
  if (spawnSync('cfssl', ['version']).error) return undefined;
  const folder = join(stage.folder, 'cfssl');
  mkdirSync(folder);
  const at = (/** @type {string} */ name) => join(folder, name);
  const ca = { CN: 'Bench CA', key: { algo: 'ecdsa', size: 256 }, names: [{ C: 'CN', O: 'Bench CA' }] };
  writeFileSync(at('ca.json'), JSON.stringify(ca));
  const made = JSON.parse(
    execFileSync('cfssl', ['gencert', '-initca', at('ca.json')], { encoding: 'utf8', stdio: 'pipe' }),
  );
  writeFileSync(at('ca.pem'), made.cert);
  writeFileSync(at('ca-key.pem'), made.key, { mode: 0o600 });
  const usages = ['digital signature', 'content commitment', 'client auth'];
  writeFileSync(at('config.json'), JSON.stringify({ signing: { default: { expiry: '8760h', usages } } }));
  const port = await freePort();
  const files = ['-ca', at('ca.pem'), '-ca-key', at('ca-key.pem'), '-config', at('config.json')];
  const listen = ['-address', '127.0.0.1', '-port', String(port)];
  const program = stage.start('cfssl', 'cfssl', ['serve', ...listen, ...files]);
  await answering(program, `http://127.0.0.1:${port}/api/v1/cfssl/health`);
  return { port, pid: program.child.pid ?? 0, stop: () => stage.stop(program) };
}

/** @param {string} pem PKCS#10 */
export function cfsslRequest(pem) {
  return request('POST', '/api/v1/cfssl/sign', { certificate_request: pem });
}
