import { createRequire } from 'node:module';
import type { Koffi } from '@certdesk/native';
import { asset, assetName } from './assets.ts';
import { cacheFolder, unpack } from './unpack.ts';

/**
 * koffi out of the single executable. Its own loader would search folders beside the program, which this one does not
 * have and must not trust; it adds nothing to the addon but outdated names.
 * @throws Error when the addon cannot be unpacked to a place that is this user's alone
 */
export async function unpackedKoffi(): Promise<Koffi> {
  const addon = asset(assetName.koffi);
  if (!addon) throw new Error('koffi is not part of this program.');
  const path = unpack(cacheFolder(process.env, process.platform), assetName.koffi, addon);
  return createRequire(process.execPath)(path) as Koffi;
}
