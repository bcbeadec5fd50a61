import { resolve } from 'node:path';
import { readKeySettings } from '../keymanagement/service/files.ts';
import { openKeyService } from '../keymanagement/service/service.ts';
import { DeskError } from '../platform/error.ts';
import { createLog } from '../platform/telemetry/log.ts';
import { databaseUrlOf, readPassphrase } from '../setup/configuration.ts';
import type { Command, Env } from './command.ts';

/**
 * Runs the key management until it is told to stop. Better under another user than the server: whoever can read the
 * server's files or memory must not be able to read these.
 */
export const keyManagementServe: Command = {
  usage: 'keymanagement serve',
  does: 'Runs the keeper of encryption key pairs (CERTDESK_KEYMANAGEMENT_CONFIG, CERTDESK_KEYMANAGEMENT_PASSPHRASE_FILE, KEYMANAGEMENT_DATABASE_URL)',
  async run({ env }) {
    const settings = await readKeySettings(resolve(neededIn(env, 'CERTDESK_KEYMANAGEMENT_CONFIG')));
    const passphrase = await readPassphrase(neededIn(env, 'CERTDESK_KEYMANAGEMENT_PASSPHRASE_FILE'));
    const databaseUrl = keyDatabaseOf(env);
    const log = createLog(settings.logLevel);
    const service = await openKeyService({ settings, databaseUrl, passphrase, log });
    const told = new Promise<string>((stop) => {
      for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => stop(signal));
    });
    log.info({ address: await service.listen() }, 'listening');
    log.info({ signal: await told }, 'stopping');
    await service.stop();
    return 0;
  },
};

export function keyDatabaseOf(env: Env): string {
  return databaseUrlOf({ DATABASE_URL: env.KEYMANAGEMENT_DATABASE_URL ?? env.DATABASE_URL });
}

/** @throws DeskError `configuration-invalid` */
export function neededIn(env: Env, name: string): string {
  const value = env[name];
  if (!value) throw new DeskError('configuration-invalid', { where: `${name} is not set` });
  return value;
}
