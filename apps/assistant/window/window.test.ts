import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { accessibilityViolations, browserTest } from '../../../test/support/browser.ts';
import { begin, walks } from './screens.test-support.ts';
import { setStage } from './stage.test-support.ts';

const stage = setStage();
/** Set to a folder to look at every screen. */
const pictures = process.env.CERTDESK_SCREENSHOTS;

test('the window is one script and one style sheet of at most 25 KB, without a schema library', () => {
  const names = readdirSync(stage.folder, { recursive: true, encoding: 'utf8' });
  expect(names.sort()).toEqual(['window.css', 'window.js']);
  const files = names.map((name) => readFileSync(join(stage.folder, name)));
  expect(files.reduce((sum, file) => sum + gzipSync(file).length, 0)).toBeLessThanOrEqual(25 * 1024);
  for (const file of files) expect(file.toString()).not.toMatch(/ZodError|invalid_type|strictObject/);
});

describe('every screen, in both languages, at two sizes', { timeout: 120_000 }, () => {
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
          for (const width of [480, 360]) {
            const where = `${screen.name}, ${width} px`;
            await page.setViewportSize({ width, height: 640 });
            expect(await accessibilityViolations(page), where).toEqual([]);
            expect(await overflow(page), where).toBe(0);
            if (pictures) {
              const path = join(pictures, `${screen.name}-${language}-${width}.png`.replaceAll(' ', '-'));
              await page.screenshot({ path, fullPage: true });
            }
          }
        }
        expect(stage.complaints).toEqual([]);
      });
    }
  }
});

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
