import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Output of the openssl command; throws with its message when it fails. */
export function openssl(...args: string[]): string {
  return execFileSync('openssl', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

/** Everything the openssl command said and its exit code, for what may fail. */
export function tryOpenssl(...args: string[]): { code: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync('openssl', args, { encoding: 'utf8' });
  return { code: status, output: stdout + stderr };
}

/** Runs `use` with a way to write files into a folder that is gone afterwards. */
export function withFiles<T>(use: (put: (name: string, content: string | Uint8Array) => string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'certdesk-pki-'));
  try {
    return use((name, content) => {
      const path = join(folder, name);
      writeFileSync(path, content);
      return path;
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}
