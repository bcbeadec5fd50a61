// Global setup of vitest: the program that holds native libraries, made of the sources once for the whole run.

import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { inProject } from '../../tools/project.mjs';
import { bundlePrograms } from './bundle.ts';

export default async function setup(): Promise<(() => void) | undefined> {
  // Named by the package; not imported from there, because this file is loaded before sources can be.
  const variable = 'CERTDESK_NATIVE_HOST';
  const given = process.env[variable];
  if (given && existsSync(given)) return undefined;
  // In the project, so that the program finds what is installed.
  mkdirSync(inProject('.certdesk'), { recursive: true });
  const folder = mkdtempSync(inProject('.certdesk', 'test-host-'));
  await bundlePrograms({ host: inProject('test/support/native-host.ts') }, folder);
  process.env[variable] = join(folder, 'host.mjs');
  return () => rmSync(folder, { recursive: true, force: true });
}
