// OpenSSL's own CMP server for tests: the other side that knows nothing of certdesk.

import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export interface OpensslCmpServer {
  readonly url: string;
  /** What it printed: its view of each message. */
  readonly log: string[];
  stop(): Promise<void>;
}

/**
 * Starts `openssl cmp -port` on a port of its own (it cannot be told to listen on the loopback interface only). It
 * answers one transaction after the other, each with the one certificate that it was given.
 * @param options as on its command line, without `-port`
 */
export async function opensslCmpServer(...options: string[]): Promise<OpensslCmpServer> {
  const args = ['cmp', '-config', '', '-port', '0', ...options];
  const child = spawn('openssl', args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const log: string[] = [];
  const port = await listening(child, log);
  return {
    url: `http://127.0.0.1:${port}/`,
    log,
    stop: () =>
      new Promise((resolve) => {
        if (child.exitCode !== null || child.signalCode !== null) return resolve();
        child.once('exit', () => resolve());
        child.kill();
      }),
  };
}

function listening(child: ChildProcess, log: string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      if (!stream) continue;
      createInterface({ input: stream }).on('line', (line) => {
        log.push(line);
        const port = /ACCEPT .*:(\d+)/.exec(line)?.[1];
        if (port) resolve(Number(port));
      });
    }
    child.once('error', reject);
    child.once('exit', () => reject(new Error(`openssl cmp ended: ${log.join('\n')}`)));
  });
}
