import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { launchBrowser } from '../../../../test/support/browser.ts';
import { deadPort, FakeAssistant } from './assistant.test-support.ts';
import { buildPages, FakeDesk } from './desk.test-support.ts';

/** Pages, desk, assistant and browser for the tests of one file; desk and assistant are as new before each. */
export function setStage() {
  const folder = mkdtempSync(join(tmpdir(), 'certdesk-pages-'));
  const desk = new FakeDesk(folder);
  const assistant = new FakeAssistant();
  let browser: Browser | undefined;
  const stage = {
    folder,
    desk,
    assistant,
    deadPort: 0,
    /** Opens a page of the portal in a browser that nobody has used before. */
    async open(path: string, options: { language?: 'zh' | 'en'; width?: number } = {}): Promise<Page> {
      const { language = 'zh', width = 1280 } = options;
      browser ??= await launchBrowser();
      const context = await browser.newContext({ viewport: { width, height: 768 } });
      if (language === 'en')
        await context.addInitScript(() => localStorage.setItem('certdesk-language', 'en'));
      const page = await context.newPage();
      await page.goto(desk.url + path);
      return page;
    },
  };

  beforeAll(async () => {
    await buildPages(folder);
    await desk.start();
    await assistant.start();
    assistant.trusts = desk.url;
    stage.deadPort = await deadPort();
  });
  afterAll(async () => {
    await browser?.close();
    await assistant.stop();
    await desk.stop();
    rmSync(folder, { recursive: true });
  });
  beforeEach(() => {
    assistant.answer = 'sign';
    assistant.version = '1.2.0';
    desk.reset([assistant.port]);
  });
  return stage;
}
