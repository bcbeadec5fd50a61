// A small project with the real tools in it, to run commands in.

import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { temporaryFolder } from './database-account.mjs';
import { root } from './project.mjs';

/**
 * @param files contents by path, besides what every project has
 * @returns its folder, which the caller removes
 */
export function sampleProject(files: Record<string, string>): string {
  const project = temporaryFolder('certdesk-sample-');
  cpSync(join(root, 'tools'), join(project, 'tools'), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(project, 'node_modules'));
  for (const group of ['packages', 'apps']) mkdirSync(join(project, group));
  const always = {
    'package.json': '{ "type": "module" }',
    'package-lock.json': '{ "packages": {} }',
    'tsconfig.base.json': '{}',
    'tsconfig.json': '{ "files": ["empty.ts"] }',
    'empty.ts': '',
  };
  for (const [path, content] of Object.entries({ ...always, ...files })) {
    mkdirSync(dirname(join(project, path)), { recursive: true });
    writeFileSync(join(project, path), content);
  }
  return project;
}
