import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { accessibilityViolations, browserTest } from '../../../test/support/browser.ts';
import { youngerThanTargets } from '../../../test/support/old-browsers.ts';
import { pictureName, takePicture } from '../../../test/support/pictures.ts';
import { isOfTrouble } from '../../../test/support/troubles.ts';
import { type Screen, screens } from './fakes/screens.test-support.ts';
import { narrow, setStage, wide } from './fakes/stage.test-support.ts';

const stage = setStage();
const { desk, assistant, folder } = stage;

const filesIn = (built: string) =>
  readdirSync(built, { recursive: true, encoding: 'utf8' }).filter((name) => /\.\w+$/.test(name));

test('a first visit loads at most 40 KB, signing in 10 KB more, and nothing carries the schema library', () => {
  const html = readFileSync(join(folder, 'index.html'), 'utf8');
  const files = filesIn(folder).map((name) => ({ name, file: readFileSync(join(folder, name)) }));
  const weigh = (some: typeof files) => some.reduce((sum, { file }) => sum + gzipSync(file).length, 0);
  const isFirst = ({ name }: { name: string }) => name === 'index.html' || html.includes(`/${name}"`);
  expect(weigh(files.filter(isFirst))).toBeLessThanOrEqual(40 * 1024);
  expect(weigh(files.filter((one) => !isFirst(one)))).toBeLessThanOrEqual(10 * 1024);
  for (const { file } of files) expect(file.toString()).not.toMatch(/ZodError|invalid_type|strictObject/);
});

test('the oldest browsers that are promised know all of it', async () => {
  for (const name of filesIn(folder).filter((one) => /\.(js|css)$/.test(one)))
    expect(await youngerThanTargets(name, readFileSync(join(folder, name), 'utf8'))).toEqual([]);
});

test('what looks for too old a browser is read by every browser', () => {
  const text = readFileSync(join(folder, 'old-browser.js'), 'utf8').replace(/^\s*\/\/.*$/gm, '');
  expect(text).not.toMatch(/=>|`|\b(const|let|class|async|of)\b|\?\.|\?\?|\.\.\.|,\s*[)\]}]/);
});

test('nothing in the page is inline, as the content security policy demands', () => {
  const html = readFileSync(join(folder, 'index.html'), 'utf8');
  expect(html).not.toMatch(/<style|style=|<script(?![^>]*\ssrc=)|\son\w+=/);
});

describe('every screen, in both languages, wide and narrow', () => {
  for (const screen of screens) {
    browserTest(screen.name, async () => {
      const page = await show(screen);
      const trouble = isOfTrouble(`portal/${screen.name}`);
      if (trouble)
        await expect
          .poll(() => focused(page))
          .toMatch(screen.press ? /^(H1|H2|INPUT|BUTTON)$/ : /^(H1|BODY)$/);
      if (screen.shows.startsWith('code:'))
        await expect.poll(() => inSight(page, '.trouble .button, .note ~ .row .button')).toBe(true);
      for (const language of ['zh', 'en'] as const) {
        if (language === 'en' && !screen.bilingual) {
          await page.getByRole('button', { name: 'English' }).click();
          await expect.poll(() => page.locator('html').getAttribute('lang')).toBe('en');
        }
        await page.locator(screen.shows).first().waitFor();
        expect(await page.locator('h1:visible').count()).toBe(1);
        for (const size of [wide, narrow]) {
          const where = `${language}, ${size.width} px`;
          await page.setViewportSize(size);
          // What axe looks at changes with the language or with the width: each of both is looked at once.
          const isLookedAt = size === (language === 'zh' ? narrow : wide);
          if (isLookedAt) expect(await accessibilityViolations(page), where).toEqual([]);
          expect(await overflow(page), where).toBe(0);
          if (trouble) {
            expect(await page.locator(nextStep).count(), where).toBeGreaterThan(0);
            expect(await wordsBesideCodes(page), where).toBeGreaterThan(language === 'zh' ? 20 : 60);
          }
          if ((trouble || screen.pictured) && isLookedAt) {
            const whole = size === narrow || screen.pictured;
            const show = whole
              ? ({ whole: true } as const)
              : { matter: (screen.press && screen.shows) || 'h1' };
            await takePicture(page, pictureName(`portal/${screen.name}`, language), show);
          }
        }
      }
      expect(stage.complaints).toEqual([]);
    });
  }
});

/** What the holder can do about it, within the page itself. */
const nextStep = 'main .button:visible, main .row a:visible, main a[href^="tel:"]:visible';

async function show(screen: Screen): Promise<Page> {
  screen.prepare?.(desk.state, assistant);
  if (screen.noAssistant) desk.state.desk.assistant = { ports: [stage.deadPort] };
  const page = await stage.open(screen.path);
  if (screen.fill) await page.fill(...screen.fill);
  for (const target of [screen.press ?? []].flat()) await page.locator(target).first().click();
  await page.locator(screen.shows).first().waitFor();
  return page;
}

const focused = (page: Page) => page.evaluate(() => document.activeElement?.tagName);

/** Whether the whole of it can be seen without scrolling. */
const inSight = (page: Page, selector: string) =>
  page
    .locator(selector)
    .first()
    .evaluate((element) => {
      const { top, bottom } = element.getBoundingClientRect();
      return top >= 0 && bottom <= innerHeight;
    });

const overflow = (page: Page) =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

/** How many letters say it, apart from headings, buttons and codes. */
const wordsBesideCodes = (page: Page) =>
  page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>('main p, main li, main td, main dd')]
      .filter((one) => !one.matches('.row, .back, .quiet'))
      .reduce((sum, one) => sum + one.innerText.length, 0),
  );
