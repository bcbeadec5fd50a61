/** The desk and the assistant as they are built, each a process that can be killed, on the files of a demo. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { freePorts } from '../../tools/ports.mjs';
import { inProject } from '../../tools/project.mjs';
import { createTestDatabase } from '../support/database.ts';

const certdesk = inProject('apps/server/dist/certdesk.js');
const programs = {
  server: { path: inProject('apps/server/dist/main.js'), args: [], started: /listening/ },
  assistant: {
    path: inProject('apps/assistant/dist/main.js'),
    args: ['serve'],
    started: /http:\/\/127\.0\.0\.1/,
  },
} as const;

export interface Site {
  readonly url: string;
  readonly databaseUrl: string;
  readonly companies: readonly { readonly name: string; readonly ref: string; readonly pin?: string }[];
  start(program: keyof typeof programs): Promise<void>;
  kill(program: keyof typeof programs): Promise<void>;
  pullKey(ref: string): void;
  plugKey(ref: string): void;
  close(): Promise<void>;
}

export async function openSite(): Promise<Site> {
  const folder = mkdtempSync('/var/tmp/certdesk-site-');
  chmodSync(folder, 0o711);
  const [port, ...ports] = await freePorts(4);
  const url = `http://localhost:${port}`;
  const { url: databaseUrl } = await createTestDatabase();
  const assistantHome = join(folder, 'assistant');
  const env = {
    PATH: process.env.PATH,
    DATABASE_URL: databaseUrl,
    CERTDESK_CONFIG: join(folder, 'server.json'),
    CERTDESK_PASSPHRASE_FILE: join(folder, 'passphrase'),
    CERTDESK_ASSISTANT_HOME: assistantHome,
    CERTDESK_ASSISTANT_PORTS: ports.join(','),
  };
  const prepare = [certdesk, 'demo', 'prepare', '--folder', folder, '--url', url];
  const { stdout } = await promisify(execFile)(process.execPath, prepare, { env });
  const running = new Map<keyof typeof programs, ChildProcess>();
  const key = (ref: string) => join(assistantHome, 'keys', `${ref}.key`);
  const site: Site = {
    url,
    databaseUrl,
    companies: JSON.parse(stdout.slice(stdout.indexOf('{'))).companies,
    async start(name) {
      const { path, args, started } = programs[name];
      const child = spawn(process.execPath, [path, ...args], { env, stdio: ['ignore', 'pipe', 'inherit'] });
      running.set(name, child);
      for await (const line of createInterface({ input: child.stdout })) if (started.test(line)) break;
      child.stdout.resume();
    },
    async kill(name) {
      const child = running.get(name);
      running.delete(name);
      if (!child || child.exitCode !== null || child.signalCode !== null) return;
      const exit = once(child, 'exit');
      child.kill('SIGKILL');
      await exit;
    },
    pullKey: (ref) => renameSync(key(ref), join(folder, `${ref}.key`)),
    plugKey: (ref) => renameSync(join(folder, `${ref}.key`), key(ref)),
    async close() {
      await site.kill('assistant');
      await site.kill('server');
      rmSync(folder, { recursive: true, force: true });
    },
  };
  await site.start('server');
  await site.start('assistant');
  return site;
}
