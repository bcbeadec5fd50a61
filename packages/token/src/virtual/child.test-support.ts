/** Processes that use a virtual key, and can be killed. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

export interface Children {
  /** @returns the lines that the child printed, and whether it was killed */
  run(
    folder: string,
    task: 'write' | 'guess' | 'contend',
    diesAt?: number,
  ): Promise<{ lines: string[]; killed: boolean }>;
  dispose(): Promise<void>;
}

/** Plain Node 20 cannot run TypeScript, so that the child is bundled first. */
export async function prepareChildren(): Promise<Children> {
  const folder = await mkdtemp(join(tmpdir(), 'certdesk-child-'));
  await build({
    configFile: false,
    logLevel: 'silent',
    resolve: { conditions: ['source'] },
    ssr: { noExternal: true, resolve: { conditions: ['source'] } },
    build: {
      ssr: fileURLToPath(new URL('work.test-child.ts', import.meta.url)),
      outDir: folder,
      target: 'node20',
      rolldownOptions: { output: { entryFileNames: 'child.mjs' } },
    },
  });
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
