import { resolve } from 'node:path';
import { type KeyDriver, virtualDriver } from '@certdesk/token';
import type { DriverConfig } from '../config.ts';

/** One driver for each line of the configuration. @param home where relative folders begin */
export function loadDrivers(configs: readonly DriverConfig[], home: string): KeyDriver[] {
  return configs.map(({ folder }) => virtualDriver({ folder: resolve(home, folder) }));
}
