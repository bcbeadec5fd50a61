import { randomBytes } from 'node:crypto';
import type { Assistant } from '../assistant.ts';
import { portsOf } from '../config.ts';
import { AssistantError } from '../errors.ts';
import { version } from '../version.ts';
import { askForTicket, removeInstance, writeInstance } from './instance.ts';
import { loadWindowPage } from './page.ts';
import { type LocalParts, type LocalServer, listenLocally } from './server.ts';
import { Windows } from './windows.ts';

export interface Serving {
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Serves the windows on the first free port.
 * @returns `already`: another instance runs on this home
 * @throws AssistantError `configuration-invalid` when no port is free; Error when the window is not built
 */
export async function serve(
  assistant: Assistant,
  env: Readonly<Record<string, string | undefined>>,
): Promise<Serving | { readonly already: number }> {
  const { home, config, ring, log } = assistant;
  const running = await askForTicket(home.instance);
  if (running) return { already: running.port };

  const now = () => performance.now();
  const secret = randomBytes(32).toString('base64url');
  const { language, desks, phrase } = config;
  const parts: LocalParts = {
    windows: new Windows(now),
    ring,
    desks,
    phrase,
    language,
    log,
    now,
    version,
    run: (trusted, dialogue) => assistant.run(trusted, dialogue),
    page: loadWindowPage(),
    instanceSecret: secret,
  };
  const server = await firstFree(portsOf(config, env), parts);
  const instance = { port: server.port, pid: process.pid, secret };
  await writeInstance(home.instance, instance);
  log.write('started', { port: server.port, version });
  return {
    port: server.port,
    async close() {
      await server.close();
      await removeInstance(home.instance, instance);
      log.write('stopped');
    },
  };
}

async function firstFree(ports: readonly number[], parts: LocalParts): Promise<LocalServer> {
  for (const port of ports) {
    try {
      return await listenLocally(port, parts);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== 'EADDRINUSE' && code !== 'EACCES') throw error;
    }
  }
  throw new AssistantError('configuration-invalid', { where: `ports ${ports.join(', ')}: all in use` });
}
