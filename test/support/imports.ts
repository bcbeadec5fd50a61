// The imports of the project's sources, as they are written. A scanner for the few forms that the formatter lets live,
// not a parser: what it takes for an import stands at the beginning of a line.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';

export interface Import {
  /** The importing file, from the project's folder. */
  readonly from: string;
  /** A file of the project (`packages/gm/src/index.ts`), or a foreign module as it is written (`node:fs`, `kysely`). */
  readonly to: string;
  /** As it is written. */
  readonly specifier: string;
  /** `import type` and `export type` leave nothing behind at run time; `import { type … }` does. */
  readonly typeOnly: boolean;
}

const STATEMENT = /^(?:import|export)\s+(type\s+)?(?!type\s)(?:[\w*{][^'";]*?\sfrom\s+)?(['"])(.+?)\2/gm;
const DYNAMIC = /\bimport\(\s*(['"])(.+?)\1/g;

/** What one source text imports, in the order in which it is written, dynamic imports last. */
export function scan(source: string): { specifier: string; typeOnly: boolean }[] {
  const statements = [...source.matchAll(STATEMENT)].map(([, type, , specifier = '']) => ({
    specifier,
    typeOnly: type !== undefined,
  }));
  const dynamic = [...source.matchAll(DYNAMIC)].map(([, , specifier = '']) => ({
    specifier,
    typeOnly: false,
  }));
  return [...statements, ...dynamic];
}

/** All imports of all workspaces, tests left out. */
export function importsOf(root: string): Import[] {
  return sourcesOf(root).flatMap((from) =>
    scan(readFileSync(join(root, from), 'utf8')).map(({ specifier, typeOnly }) => ({
      from,
      specifier,
      typeOnly,
      to: resolve(root, from, specifier),
    })),
  );
}

/** `packages/gm` of `packages/gm/src/index.ts`. */
export function workspaceOf(file: string): string {
  return file.split('/').slice(0, 2).join('/');
}

function sourcesOf(root: string): string[] {
  const folders = ['packages', 'apps'].flatMap((group) =>
    readdirSync(join(root, group)).flatMap((name) => [`${group}/${name}/src`, `${group}/${name}/window`]),
  );
  return folders
    .filter((folder) => existsSync(join(root, folder)))
    .flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map(
        (file) => `${folder}/${file}`,
      ),
    )
    .filter((file) => /\.tsx?$/.test(file) && !/\.test(-\w+)?\.tsx?$/.test(file) && !file.includes('/dist/'))
    .sort();
}

function resolve(root: string, from: string, specifier: string): string {
  if (specifier.startsWith('.')) return posix.join(dirname(from), specifier);
  const [, name, subpath] = /^@certdesk\/([^/]+)(\/.+)?$/.exec(specifier) ?? [];
  if (name === undefined) return specifier;
  const workspace = [`packages/${name}`, `apps/${name}`].find((folder) => existsSync(join(root, folder)));
  if (workspace === undefined) return specifier;
  const { exports = {} } = JSON.parse(readFileSync(join(root, workspace, 'package.json'), 'utf8'));
  return posix.join(workspace, exports[`.${subpath ?? ''}`]?.source ?? 'src/index.ts');
}
