import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { accessibilityViolations, browserTest } from '../../../test/support/browser.ts';
import { youngerThanTargets } from '../../../test/support/old-browsers.ts';
import { pictureName, takePicture } from '../../../test/support/pictures.ts';
import { isOfTrouble } from '../../../test/support/troubles.ts';
import { begin, walks } from './screens.test-support.ts';
import { setStage } from './stage.test-support.ts';

const stage = setStage();
/** The old PC's screen, the size in which pages open the window, and a telephone's. */
const sizes = [
  { width: 1366, height: 768 },
  { width: 480, height: 680 },
  { width: 360, height: 640 },
];

test('the window is one script and one style sheet of at most 25 KB, without a schema library', () => {
  const names = readdirSync(stage.folder, { recursive: true, encoding: 'utf8' });
  expect(names.sort()).toEqual(['window.css', 'window.js']);
  const files = names.map((name) => readFileSync(join(stage.folder, name)));
  expect(files.reduce((sum, file) => sum + gzipSync(file).length, 0)).toBeLessThanOrEqual(25 * 1024);
  for (const file of files) expect(file.toString()).not.toMatch(/ZodError|invalid_type|strictObject/);
});

test('the oldest browsers that are promised know all of it', async () => {
  for (const name of ['window.js', 'window.css'])
    expect(await youngerThanTargets(name, readFileSync(join(stage.folder, name), 'utf8'))).toEqual([]);
});

describe('every screen, in both languages, at three sizes', { timeout: 120_000 }, () => {
  for (const walk of walks) {
    for (const language of ['zh', 'en'] as const) {
      browserTest(`${walk.name} (${language})`, async () => {
        const scene = await begin(stage, walk, language);
        const { page } = scene;
        for (const screen of walk.screens) {
          await screen.show?.(scene);
          await screen.shows(scene).first().waitFor();
          if (screen.seen) continue;
          expect(await structureOf(page), screen.name).toEqual({
            language: language === 'zh' ? 'zh-CN' : 'en',
            headings: 1,
            references: [],
          });
          await expect.poll(() => focused(page), { message: screen.name }).not.toBe('BODY');
          for (const size of sizes) {
            const where = `${screen.name}, ${size.width} px`;
            await page.setViewportSize(size);
            // What axe looks at changes with the language or with the width: each of both is looked at once.
            if ((size.width === 480) === (language === 'en'))
              expect(await accessibilityViolations(page), where).toEqual([]);
            expect(await overflow(page), where).toBe(0);
            // As the holder sees it: on a telephone, and in the window that pages open.
            if (size.width === (language === 'zh' ? 360 : 480) && isOfTrouble(`window/${screen.name}`))
              await takePicture(page, pictureName(`window/${screen.name}`, language), { whole: true });
          }
        }
        expect(stage.complaints).toEqual([]);
      });
    }
  }
});

const focused = (page: Page) => page.evaluate(() => document.activeElement?.tagName);

const overflow = (page: Page) =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

const structureOf = (page: Page) =>
  page.evaluate(() => ({
    language: document.documentElement.lang,
    headings: document.querySelectorAll('h1').length,
    /** Of labels and descriptions, those that point at nothing. */
    references: ['for', 'aria-describedby', 'aria-labelledby'].flatMap((name) =>
      [...document.querySelectorAll(`[${name}]`)]
        .flatMap((element) => (element.getAttribute(name) ?? '').split(' '))
        .filter((id) => !document.getElementById(id)),
    ),
  }));
