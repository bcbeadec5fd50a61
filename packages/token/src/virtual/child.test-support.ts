/** Processes that use a virtual key, and can be killed. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { bundlePrograms } from '../../../../test/support/bundle.ts';

export interface Children {
  /** @returns the lines that the child printed, and whether it was killed */
  run(
    folder: string,
    task: 'write' | 'guess' | 'contend',
    diesAt?: number,
  ): Promise<{ lines: string[]; killed: boolean }>;
  dispose(): Promise<void>;
}

export async function prepareChildren(): Promise<Children> {
  const folder = await mkdtemp(join(tmpdir(), 'certdesk-child-'));
  const child = fileURLToPath(new URL('work.test-child.ts', import.meta.url));
  await bundlePrograms({ child }, folder, { withInstalled: true });
  return {
    async run(slots, task, diesAt = 0) {
      const child = spawn(process.execPath, [join(folder, 'child.mjs'), slots, task, String(diesAt)], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const exit = once(child, 'exit');
      const lines = (await text(child.stdout)).trim().split('\n').filter(Boolean);
      return { lines, killed: (await exit)[1] === 'SIGKILL' };
    },
    dispose: () => rm(folder, { recursive: true, force: true }),
  };
}
