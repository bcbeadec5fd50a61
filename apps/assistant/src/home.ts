import { mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where the assistant keeps its configuration, log and the address of the running instance; one assistant per folder. */
export interface Home {
  readonly folder: string;
  readonly config: string;
  readonly log: string;
  /** Port, process and secret of the instance that runs now. */
  readonly instance: string;
  /** What the operator of this machine sets for all its users; where there is such a place, and it may be missing. */
  readonly defaults?: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** The user's own folder for programs' state; `CERTDESK_ASSISTANT_HOME` overrides it. Made if missing, for its user alone. */
export function openHome(env: Environment = process.env, platform: string = process.platform): Home {
  const folder = homeFolder(env, platform);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return {
    folder,
    config: join(folder, 'config.json'),
    log: join(folder, 'assistant.log'),
    instance: join(folder, 'instance.json'),
    ...operatorDefaults(env, platform),
  };
}

/**
 * A place that only the administrator can write to. Windows' folder for all users' data is open to them all, so none
 * there. Whoever names a home of their own gets what stands in it alone, or names the operator's file too.
 */
function operatorDefaults(env: Environment, platform: string): { defaults?: string } {
  if (env.CERTDESK_ASSISTANT_DEFAULTS) return { defaults: env.CERTDESK_ASSISTANT_DEFAULTS };
  if (env.CERTDESK_ASSISTANT_HOME || platform === 'win32') return {};
  if (platform === 'darwin')
    return { defaults: '/Library/Application Support/certdesk-assistant/config.json' };
  return { defaults: '/etc/certdesk-assistant/config.json' };
}

export function homeFolder(env: Environment, platform: string): string {
  if (env.CERTDESK_ASSISTANT_HOME) return env.CERTDESK_ASSISTANT_HOME;
  if (platform === 'win32') return join(env.LOCALAPPDATA ?? join(homedir(), 'AppData', 'Local'), 'certdesk');
  if (platform === 'darwin') return join(homedir(), 'Library', 'Application Support', 'certdesk');
  return join(env.XDG_STATE_HOME || join(homedir(), '.local', 'state'), 'certdesk');
}
