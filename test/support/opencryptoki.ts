/** openCryptoki's soft token (RSA; locks after three wrong PINs), with daemon and token of a test's own in namespaces of its own. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findOpenCryptoki } from '../../tools/pkcs11-peers.mjs';

/** The module, where this machine has one and lets us have namespaces. */
export const openCryptokiModule = findOpenCryptoki();

export const PIN = '12345678';
export const SO_PIN = '11223344';
/** What a token has that was just initialised. */
const FIRST_SO_PIN = '87654321';

export interface OpenCryptoki {
  readonly module: string;
  readonly folder: string;
  /** Programs reach the token only when they are started by this. */
  readonly launcher: readonly string[];
  tool(...args: string[]): Buffer;
  dispose(): Promise<void>;
}

/** @param label of its token */
export async function startOpenCryptoki(label: string): Promise<OpenCryptoki> {
  const module = openCryptokiModule;
  if (!module) throw new Error('no openCryptoki on this machine');
  const folder = mkdtempSync(join(tmpdir(), 'certdesk-opencryptoki-'));
  chmodSync(folder, 0o755);
  const script = fileURLToPath(new URL('opencryptoki.sh', import.meta.url));
  const daemon = spawn('unshare', ['--mount', '--ipc', 'sh', script, folder], {
    env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = once(daemon, 'exit');
  const first = await Promise.race([once(daemon.stdout, 'data'), ended]);
  if (String(first[0]).trim() !== 'ready') throw new Error('openCryptoki did not start');
  const launcher = ['nsenter', '--target', String(daemon.pid), '--mount', '--ipc', '--'];
  const tool = (...args: string[]) => {
    const [program = '', ...before] = launcher;
    const all = [...before, 'pkcs11-tool', '--module', module, ...args];
    return execFileSync(program, all, { stdio: ['ignore', 'pipe', 'pipe'] });
  };
  tool('--init-token', '--label', label, '--so-pin', FIRST_SO_PIN);
  const asOfficer = (pin: string, ...args: string[]) =>
    tool('--login', '--login-type', 'so', '--so-pin', pin, ...args);
  asOfficer(FIRST_SO_PIN, '--change-pin', '--new-pin', SO_PIN);
  asOfficer(SO_PIN, '--init-pin', '--new-pin', PIN);
  return {
    module,
    folder,
    launcher,
    tool,
    async dispose() {
      daemon.stdin.end();
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
