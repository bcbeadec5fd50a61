// The whole demo, as `npm start` runs it, in a folder and on ports of its own.

import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { freePorts } from '../../tools/ports.mjs';
import { inProject } from '../../tools/project.mjs';

export interface Demo {
  /** Origin of the holders' pages. */
  readonly url: string;
  /** Address of the assistant. */
  readonly assistant: string;
  /** Folder of the assistant: `config.json`, `keys/*.key`. */
  readonly assistantHome: string;
  readonly folder: string;
  readonly companies: readonly { readonly name: string; readonly ref: string; readonly pin?: string }[];
  /** Environment for commands of this demo. */
  readonly env: NodeJS.ProcessEnv;
  /** What ctrl-C does. @returns the exit code */
  interrupt(): Promise<number | null>;
  /** Ends it however it stands, and removes its folder. */
  dispose(): Promise<void>;
}

export async function startDemo(): Promise<Demo> {
  // Below /var/tmp: root's database account must be able to go there.
  const state = mkdtempSync('/var/tmp/certdesk-test-');
  chmodSync(state, 0o711);
  const ports = await freePorts(3);
  const { DATABASE_URL: _, npm_lifecycle_event: __, ...inherited } = process.env;
  const env = { ...inherited, CERTDESK_STATE: state, CERTDESK_ASSISTANT_PORTS: ports.join(',') };
  const child = spawn(process.execPath, [inProject('tools/start.mjs'), '--port', '0', '--json-ready'], {
    env,
    detached: true, // so that a test can interrupt it as a terminal does
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exit = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const dispose = async () => {
    if (child.exitCode === null) child.kill('SIGTERM');
    await exit;
    rmSync(state, { recursive: true, force: true });
  };
  try {
    const ready = await readyLine(child);
    const demo = join(ready.folder, 'demo');
    return {
      ...ready,
      assistantHome: join(demo, 'assistant'),
      env: {
        ...env,
        CERTDESK_CONFIG: join(demo, 'server.json'),
        CERTDESK_PASSPHRASE_FILE: join(demo, 'passphrase'),
        CERTDESK_ASSISTANT_HOME: join(demo, 'assistant'),
      },
      interrupt() {
        process.kill(-(child.pid ?? 0), 'SIGINT');
        return exit;
      },
      dispose,
    };
  } catch (error) {
    await dispose();
    throw error;
  }
}

function readyLine(
  child: ChildProcess,
): Promise<Omit<Demo, 'assistantHome' | 'env' | 'interrupt' | 'dispose'>> {
  return new Promise((resolve, reject) => {
    let output = '';
    let errors = '';
    child.stderr?.setEncoding('utf8').on('data', (chunk) => {
      errors += chunk;
    });
    child.stdout?.setEncoding('utf8').on('data', (chunk) => {
      output += chunk;
      if (output.includes('\n')) resolve(JSON.parse(output));
    });
    child.once('exit', () => reject(new Error(`The demo ended before it was ready:\n${errors}`)));
  });
}
