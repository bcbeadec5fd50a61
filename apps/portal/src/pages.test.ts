import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { accessibilityViolations, browserTest } from '../../../test/support/browser.ts';
import { type Screen, screens } from './fakes/screens.test-support.ts';
import { narrow, setStage, wide } from './fakes/stage.test-support.ts';

const stage = setStage();
const { desk, assistant, folder } = stage;
/** Set to a folder to look at every screen. */
const pictures = process.env.CERTDESK_SCREENSHOTS;

const bundle = () =>
  readdirSync(join(folder, 'assets')).map((name) => readFileSync(join(folder, 'assets', name)));

test('the pages weigh at most 40 KB and carry no schema library', () => {
  const files = bundle();
  const weight = files.reduce((sum, file) => sum + gzipSync(file).length, 0);
  expect(weight).toBeLessThanOrEqual(40 * 1024);
  for (const file of files) expect(file.toString()).not.toMatch(/ZodError|invalid_type|strictObject/);
});

test('nothing in the page is inline, as the content security policy demands', () => {
  const html = readFileSync(join(folder, 'index.html'), 'utf8');
  expect(html).not.toMatch(/<style|style=|<script(?![^>]*\ssrc=)|\son\w+=/);
});

describe('every screen, in both languages, wide and narrow', () => {
  for (const screen of screens) {
    browserTest(screen.name, async () => {
      const page = await show(screen);
      for (const language of ['zh', 'en'] as const) {
        if (language === 'en') await page.getByRole('button', { name: 'English' }).click();
        await page.locator(screen.shows).first().waitFor();
        expect(await page.locator('html').getAttribute('lang')).toBe(language === 'zh' ? 'zh-CN' : 'en');
        expect(await page.locator('h1').count()).toBe(1);
        for (const size of [wide, narrow]) {
          const where = `${language}, ${size.width} px`;
          await page.setViewportSize(size);
          expect(await accessibilityViolations(page), where).toEqual([]);
          expect(await overflow(page), where).toBe(0);
          if (pictures) {
            const path = join(pictures, `${screen.name}-${language}-${size.width}.png`);
            await page.screenshot({ path, fullPage: true });
          }
        }
      }
      expect(stage.complaints).toEqual([]);
    });
  }
});

async function show(screen: Screen): Promise<Page> {
  screen.prepare?.(desk.state, assistant);
  if (screen.noAssistant) desk.state.desk.assistant = { ports: [stage.deadPort] };
  const page = await stage.open(screen.path);
  if (screen.press) await page.locator(screen.press).first().click();
  return page;
}

const overflow = (page: Page) =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
