// What the desk promises to say when something goes wrong: docs/screens.md and its pictures.

import { existsSync, statSync } from 'node:fs';
import { expect, test } from 'vitest';
import { walks } from '../apps/assistant/window/screens.test-support.ts';
import { screens } from '../apps/portal/src/fakes/screens.test-support.ts';
import { inProject } from '../tools/project.mjs';
import { pictureName, wantsPictures } from './support/pictures.ts';
import { screensPage } from './support/screens-page.ts';
import { troubles } from './support/troubles.ts';

const shown = Object.values(troubles).flatMap((group) => group.flatMap((trouble) => trouble.screens));

test('every trouble has a screen that a test looks at', () => {
  const looked = new Set<string>([
    ...screens.map(({ name }) => `portal/${name}`),
    ...walks.flatMap((walk) => walk.screens.filter(({ seen }) => !seen).map(({ name }) => `window/${name}`)),
  ]);
  expect(shown.filter((name) => !looked.has(name))).toEqual([]);
  expect(new Set(shown).size).toBe(shown.length);
});

test('docs/screens.md shows all of them', async () => {
  await expect(screensPage()).toMatchFileSnapshot(inProject('docs/screens.md'));
});

// While pictures are taken, this may run before the last of them.
test.skipIf(wantsPictures)('each has its pictures, none of them heavy', () => {
  const files = shown.flatMap((name) => [pictureName(name, 'zh'), pictureName(name, 'en')]);
  const heavy = files.filter((file) => {
    const path = inProject('docs/pictures', file);
    return !existsSync(path) || statSync(path).size > 40 * 1024;
  });
  expect(heavy).toEqual([]);
});
