// A token that the packaged assistant must reach through its native addon: SoftHSM2's.

import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findSoftHsm } from '../pkcs11-peers.mjs';

export const TOKEN_LABEL = 'packaged token';
export const TOKEN_PIN = '12345678';

/** Why there can be none here; undefined where there can. */
export const whyNoToken = findSoftHsm() ? undefined : 'there is no SoftHSM2 here';

/**
 * @param {string} folder where the token lies
 * @returns {object} the driver that reaches it, as the assistant's configuration has it
 */
export function makeToken(folder) {
  const tokens = join(folder, 'tokens');
  mkdirSync(tokens, { recursive: true });
  const env = { SOFTHSM2_CONF: join(folder, 'softhsm2.conf') };
  writeFileSync(env.SOFTHSM2_CONF, `directories.tokendir = ${tokens}\nlog.level = ERROR\n`);
  const pins = ['--pin', TOKEN_PIN, '--so-pin', '87654321'];
  execFileSync('softhsm2-util', ['--init-token', '--free', '--label', TOKEN_LABEL, ...pins], {
    env: { ...process.env, ...env },
    stdio: 'pipe',
  });
  return { family: 'pkcs11', module: findSoftHsm(), env };
}
