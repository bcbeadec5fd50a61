import { resolve } from 'node:path';
import {
  type KeyDriver,
  loadSkfProfile,
  pkcs11Driver,
  SkfProfileError,
  skfDriver,
  virtualDriver,
} from '@certdesk/token';
import type { DriverConfig } from '../config.ts';
import { AssistantError } from '../errors.ts';

/**
 * One driver for each line of the configuration.
 * @param home where relative folders and files begin
 * @throws AssistantError `configuration-invalid`
 */
export function loadDrivers(configs: readonly DriverConfig[], home: string): Promise<KeyDriver[]> {
  return Promise.all(configs.map((config) => loadDriver(config, home)));
}

async function loadDriver(config: DriverConfig, home: string): Promise<KeyDriver> {
  switch (config.family) {
    case 'virtual':
      return virtualDriver({ folder: resolve(home, config.folder) });
    case 'skf':
      return skfFrom(config, home);
    case 'pkcs11': {
      const { module, files, env } = config;
      return pkcs11Driver({ module, ...(files !== undefined && { files }), ...(env && { env }) });
    }
  }
}

async function skfFrom(
  { profile, library, env }: Extract<DriverConfig, { family: 'skf' }>,
  home: string,
): Promise<KeyDriver> {
  try {
    const file = profile.endsWith('.json') ? resolve(home, profile) : profile;
    const options = { profile: await loadSkfProfile(file), ...(library && { library }), ...(env && { env }) };
    return skfDriver(options);
  } catch (error) {
    if (error instanceof SkfProfileError)
      throw new AssistantError('configuration-invalid', { where: error.message });
    throw error;
  }
}
