import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { accessibilityViolations, browserTest } from '../../../test/support/browser.ts';
import { screens } from './fakes/screens.test-support.ts';
import { setStage } from './fakes/stage.test-support.ts';

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
    for (const language of ['zh', 'en'] as const) {
      browserTest(`${screen.name} (${language})`, async () => {
        screen.prepare?.(desk.state, assistant);
        if (screen.noAssistant) desk.state.desk.assistant = { ports: [stage.deadPort] };
        const page = await stage.open(screen.path, { language });
        const problems: string[] = [];
        page.on('console', (message) => {
          if (/Content Security Policy/.test(message.text())) problems.push(message.text());
        });
        const press = page.locator(screen.press ?? 'none');
        if (screen.press) await press.first().click();
        await page.locator(screen.shows).first().waitFor();
        expect(await page.locator('html').getAttribute('lang')).toBe(language === 'zh' ? 'zh-CN' : 'en');
        for (const width of [1280, 360]) {
          await page.setViewportSize({ width, height: 768 });
          expect(await accessibilityViolations(page), `${width} px`).toEqual([]);
          const tooWide = await page.evaluate(
            () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
          );
          expect(tooWide, `${width} px`).toBe(0);
          if (pictures)
            await page.screenshot({
              path: join(pictures, `${screen.name}-${language}-${width}.png`),
              fullPage: true,
            });
        }
        expect(await page.locator('h1').count()).toBe(1);
        expect(problems).toEqual([]);
        await page.context().close();
      });
    }
  }
});
