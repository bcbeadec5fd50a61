/** How the process of a library is started. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import type { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { BindingPlace } from './binding.ts';
import { HOST_ARGUMENT } from './host.ts';

/**
 * Names a program (a JavaScript file) that ends in `runNativeHost` with all bindings in it, for programs that are
 * bundled into a few files without being one executable. Tests that run from sources are such programs.
 */
export const HOST_PROGRAM_VARIABLE = 'CERTDESK_NATIVE_HOST';

/** What libraries have no business with: the passphrases and addresses of ours, and what steers our own Node. */
const KEPT_BACK = /^(CERTDESK_|DATABASE_URL$|PGPASS|NODE_)/i;

interface HostOptions {
  readonly program?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly launcher?: readonly string[];
}

export function spawnHost(
  { name, module }: BindingPlace,
  { program, env = {}, launcher = [] }: HostOptions,
): ChildProcess {
  const own = program ?? process.env[HOST_PROGRAM_VARIABLE];
  const args = own
    ? [own, HOST_ARGUMENT, name]
    : isSingleExecutable()
      ? [HOST_ARGUMENT, name]
      : [fileURLToPath(new URL('./host-main.js', import.meta.url)), HOST_ARGUMENT, name, module().href];
  const [command = process.execPath, ...before] = [...launcher, process.execPath];
  const child = spawn(command, [...before, ...args], {
    env: { ...withoutOurs(process.env), ...env },
    serialization: 'advanced',
    // What libraries print goes nowhere: they print PINs.
    stdio: ['ignore', 'ignore', 'ignore', 'ipc', 'pipe'],
    windowsHide: true,
  });
  // The lifeline: it only ever closes. An idle library keeps no program running.
  const lifeline = child.stdio[4] as Socket | null;
  lifeline?.on('error', () => {});
  lifeline?.unref();
  return child;
}

function withoutOurs(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !KEPT_BACK.test(name)));
}

function isSingleExecutable(): boolean {
  try {
    // Not among the types of Node 20, and not in its early versions.
    return createRequire(process.execPath)('node:sea').isSea();
  } catch {
    return false;
  }
}
