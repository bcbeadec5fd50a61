/** SoftHSM2, a PKCS#11 token in software (P-256, P-384, RSA), with tokens in a folder of a test's own. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findSoftHsm } from '../../tools/pkcs11-peers.mjs';

/** The module, where this machine has one. */
export const softHsmModule = findSoftHsm();

export interface SoftHsm {
  readonly module: string;
  readonly folder: string;
  /** Where the module finds its tokens. */
  readonly env: { readonly SOFTHSM2_CONF: string };
  /** Makes one more token; each is in a slot of its own. */
  addToken(label: string): void;
  /** OpenSC's pkcs11-tool on these tokens. @returns what it prints */
  tool(...args: string[]): Buffer;
  dispose(): void;
}

export const PIN = '12345678';
export const SO_PIN = '87654321';

export function startSoftHsm(...labels: string[]): SoftHsm {
  const module = softHsmModule;
  if (!module) throw new Error('no SoftHSM2 on this machine');
  const folder = mkdtempSync(join(tmpdir(), 'certdesk-softhsm-'));
  mkdirSync(join(folder, 'tokens'));
  const env = { SOFTHSM2_CONF: join(folder, 'softhsm2.conf') };
  writeFileSync(env.SOFTHSM2_CONF, `directories.tokendir = ${join(folder, 'tokens')}\nlog.level = ERROR\n`);
  const run = (program: string, args: string[]) =>
    execFileSync(program, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  const addToken = (label: string) =>
    void run('softhsm2-util', [
      ...['--init-token', '--free', '--label', label, '--pin', PIN, '--so-pin', SO_PIN],
    ]);
  labels.forEach(addToken);
  return {
    module,
    folder,
    env,
    addToken,
    tool: (...args) => run('pkcs11-tool', ['--module', module, ...args]),
    dispose: () => rmSync(folder, { recursive: true, force: true }),
  };
}
