import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundlePrograms } from '../../../../test/support/bundle.ts';

/** The assistant's program as one file made from the sources, with a window beside it; needs no build of the project. */
export interface Program {
  /** @returns what the process said, once it ended */
  run(args: string[], options: { home: string; input?: string; path?: string }): Promise<Ended>;
  start(args: string[], options: { home: string }): ChildProcess;
  dispose(): void;
}

export interface Ended {
  code: number | null;
  out: string;
  err: string;
}

export async function buildProgram(): Promise<Program> {
  // Within the project, so that installed packages are found.
  const cache = fileURLToPath(new URL('../../../../node_modules/.cache/', import.meta.url));
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, 'assistant-'));
  const outDir = join(folder, 'assistant', 'dist');
  await bundlePrograms({ main: fileURLToPath(new URL('../main.ts', import.meta.url)) }, outDir);
  writeFileSync(join(folder, 'assistant', 'package.json'), '{"type":"module","version":"0.0.0-test"}');
  const window = join(folder, 'dist', 'window');
  mkdirSync(window, { recursive: true });
  writeFileSync(join(window, 'main.js'), '1');
  writeFileSync(join(window, 'main.css'), 'body{}');
  const start = (args: string[], home: string, path = process.env.PATH) =>
    spawn(process.execPath, [join(outDir, 'main.mjs'), ...args], {
      env: {
        PATH: path,
        CERTDESK_ASSISTANT_HOME: home,
        CERTDESK_ASSISTANT_PORTS: '0',
        // Made for all tests: native libraries run in it.
        CERTDESK_NATIVE_HOST: process.env.CERTDESK_NATIVE_HOST,
      },
      stdio: 'pipe',
    });
  return {
    start: (args, { home }) => start(args, home),
    run(args, { home, input = '', path }) {
      const child = start(args, home, path);
      child.stdin.end(input);
      return ended(child);
    },
    dispose: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function ended(child: ChildProcess): Promise<Ended> {
  let out = '';
  let err = '';
  child.stdout?.on('data', (chunk) => {
    out += chunk;
  });
  child.stderr?.on('data', (chunk) => {
    err += chunk;
  });
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, out, err })));
}

export const temporaryHome = () => mkdtempSync(join(tmpdir(), 'certdesk-assistant-'));
