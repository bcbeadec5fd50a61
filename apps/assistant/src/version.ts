import { readFileSync } from 'node:fs';
import { asset, assetName } from './single-file/assets.ts';

/** Of the assistant's package. */
export const version: string = asset(assetName.version)?.toString('utf8') ?? packageVersion();

function packageVersion(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
