import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { root } from '../tools/project.mjs';
import { rules } from './support/house-rules.ts';
import { type Import, importsOf, scan } from './support/imports.ts';

const dependencies = (workspace: string): string[] =>
  Object.keys(JSON.parse(readFileSync(join(root, workspace, 'package.json'), 'utf8')).dependencies ?? {});

describe('the house', () => {
  const imports = importsOf(root);

  test('was found', () => {
    expect(imports.length).toBeGreaterThan(100);
    expect(imports).toContainEqual(
      expect.objectContaining({ to: 'packages/contract/src/index.ts', specifier: '@certdesk/contract' }),
    );
  });

  test.each(rules)('$says', ({ broken }) => {
    expect(broken(imports, dependencies)).toEqual([]);
  });
});

test.each(['apps/server/src/schema/migrations', 'apps/server/src/keymanagement/service/migrations'])(
  'the migrations in %s are numbered one after the other',
  (folder) => {
    const numbers = readdirSync(join(root, folder)).map((name) => name.slice(0, 4));
    expect(numbers.sort()).toEqual(numbers.map((_, at) => String(at + 1).padStart(4, '0')));
  },
);

describe('the rules catch', () => {
  test.each([
    ['packages/pki/src/a.ts', 'apps/server/src/index.ts', 'nothing leans on an app'],
    ['apps/assistant/src/a.ts', 'apps/server/src/index.ts', 'nothing leans on an app'],
    ['packages/pki/src/a.ts', 'packages/gm/src/sm3.ts', 'by its name', '../../gm/src/sm3.ts'],
    ['packages/pki/src/a.ts', 'packages/contract/src/index.ts', 'know nothing of the desk'],
    ['packages/gm/src/a.ts', 'left-pad', 'only what its package.json names'],
    [
      'packages/gm/src/a.ts',
      'packages/pki/src/index.ts',
      'only what its package.json names',
      '@certdesk/pki',
    ],
    ['apps/server/src/platform/jobs.ts', 'apps/server/src/cases/case.ts', 'nothing in platform'],
    ['apps/server/src/cases/engine.ts', 'apps/server/src/journeys/renewal/steps.ts', 'a journey is known'],
    ['apps/server/src/journeys/seal/a.ts', 'apps/server/src/journeys/renewal/b.ts', 'a journey is known'],
    ['apps/server/src/cases/engine.ts', 'apps/server/src/main.ts', 'leans on the wiring'],
    ['apps/server/src/journeys/renewal/rules.ts', 'node:fs', 'decide only'],
    ['apps/server/src/journeys/renewal/steps.ts', 'kysely', 'decide only'],
    ['apps/portal/src/a.tsx', 'zod', 'pages run in a browser'],
    ['apps/assistant/window/a.tsx', 'node:fs', 'pages run in a browser'],
  ])('%s → %s', (from, to, says, specifier = to) => {
    expect(brokenBy([{ from, to, specifier, typeOnly: false }], says)).toHaveLength(1);
  });

  test('what a page brings along through others, and names the way', () => {
    const way = [
      { from: 'apps/portal/src/a.tsx', to: 'packages/contract/src/index.ts', specifier: '', typeOnly: false },
      { from: 'packages/contract/src/index.ts', to: 'zod', specifier: 'zod', typeOnly: false },
    ];
    expect(brokenBy(way, 'pages run')).toEqual([
      'apps/portal/src/a.tsx → packages/contract/src/index.ts → zod',
    ]);
    expect(
      brokenBy(
        way.map((one) => ({ ...one, typeOnly: true })),
        'pages run',
      ),
    ).toEqual([]);
  });

  test('circles, and no mere detours', () => {
    const edge = (from: string, to: string) => ({ from, to, specifier: to, typeOnly: false });
    const ring = [edge('a', 'b'), edge('b', 'c'), edge('c', 'a'), edge('d', 'a')];
    expect(brokenBy(ring, 'files go in no circle')).toEqual(['a → b → c → a']);
    const detour = [edge('a', 'b'), edge('a', 'c'), edge('b', 'c')];
    expect(brokenBy(detour, 'files go in no circle')).toEqual([]);
    const parts = [
      { ...edge('apps/server/src/audit/a.ts', 'apps/server/src/access/b.ts'), typeOnly: true },
      { ...edge('apps/server/src/access/c.ts', 'apps/server/src/audit/d.ts'), typeOnly: true },
    ];
    expect(brokenBy(parts, 'parts of the server')).toEqual(['audit → access → audit']);
  });
});

test('every form of import is seen, and no other text', () => {
  const sample = `
import './polyfill.ts';
import one from 'one';
import type { Two } from 'two';
import { type Three } from 'three';
import {
  four,
  type Five,
} from "./four.ts";
import * as six from 'six';
export * from './seven.ts';
export type { Eight } from './eight.ts';
export { nine } from './nine.ts';
import type Ten from 'ten';
const eleven = await import('eleven');
export const text = 'from here';
export type Alias = 'twelve';
 * import thirteen from 'thirteen';
const url = import.meta.url;
`;
  expect(scan(sample)).toEqual([
    { specifier: './polyfill.ts', typeOnly: false },
    { specifier: 'one', typeOnly: false },
    { specifier: 'two', typeOnly: true },
    { specifier: 'three', typeOnly: false },
    { specifier: './four.ts', typeOnly: false },
    { specifier: 'six', typeOnly: false },
    { specifier: './seven.ts', typeOnly: false },
    { specifier: './eight.ts', typeOnly: true },
    { specifier: './nine.ts', typeOnly: false },
    { specifier: 'ten', typeOnly: true },
    { specifier: 'eleven', typeOnly: false },
  ]);
});

function brokenBy(imports: Import[], says: string): string[] {
  return rules
    .filter((rule) => rule.says.includes(says))
    .flatMap((rule) => rule.broken(imports, dependencies));
}
