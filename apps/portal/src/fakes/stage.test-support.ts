import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, CDPSession, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { launchBrowser } from '../../../../test/support/browser.ts';
import { deadPort, FakeAssistant } from './assistant.test-support.ts';
import { buildPages, FakeDesk } from './desk.test-support.ts';

export type Language = 'zh' | 'en';

/** The old PC's screen, and a telephone's. */
export const wide = { width: 1366, height: 768 };
export const narrow = { width: 360, height: 768 };

interface Tab {
  readonly page: Page;
  readonly devtools: CDPSession;
}

/**
 * Pages, desk, assistant and browser for the tests of one file; desk and assistant are as new before each. So is the
 * page, though it is used again: a new one takes longer than what is tried in it.
 */
export function setStage() {
  const folder = mkdtempSync(join(tmpdir(), 'certdesk-pages-'));
  const desk = new FakeDesk(folder);
  const assistant = new FakeAssistant();
  const tabs = new Map<Language, Tab>();
  let browser: Browser | undefined;
  const stage = {
    folder,
    desk,
    assistant,
    deadPort: 0,
    /** What browsers complained of since the test began: broken policies and errors in scripts. */
    complaints: [] as string[],
    /** Opens a page of the portal as in a browser that nobody has used before. */
    async open(
      path: string,
      { language = 'zh', size = wide }: { language?: Language; size?: typeof wide } = {},
    ): Promise<Page> {
      const { page, devtools } = tabs.get(language) ?? (await newTab(language));
      await Promise.all(
        page
          .context()
          .pages()
          .filter((one) => one !== page)
          .map((popup) => popup.close()),
      );
      // Away from the last test's page first, or what it still does would come after the sweeping.
      await page.goto('about:blank');
      await page.unrouteAll();
      await page.context().clearCookies();
      await devtools.send('Storage.clearDataForOrigin', { origin: desk.url, storageTypes: 'all' });
      await page.emulateMedia({ media: null });
      await page.setViewportSize(size);
      await page.goto(desk.url + path);
      return page;
    },
  };

  async function newTab(language: Language): Promise<Tab> {
    browser ??= await launchBrowser();
    const context = await browser.newContext({ viewport: wide });
    context.setDefaultTimeout(20_000);
    context.on('console', (message) => {
      if (/Content Security Policy/.test(message.text())) stage.complaints.push(message.text());
    });
    context.on('weberror', (error) => stage.complaints.push(String(error.error())));
    if (language === 'en') await context.addInitScript(chooseEnglish);
    const page = await context.newPage();
    const tab = { page, devtools: await context.newCDPSession(page) };
    tabs.set(language, tab);
    return tab;
  }

  beforeAll(async () => {
    await buildPages(folder);
    await desk.start();
    await assistant.start();
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
    assistant.trusts = desk.url;
    desk.reset([assistant.port]);
    stage.complaints.length = 0;
  });
  return stage;
}

/** As a holder did who chose it before. The first page of a tab may keep nothing. */
function chooseEnglish(): void {
  try {
    localStorage.setItem('certdesk-language', 'en');
  } catch {
    // about:blank
  }
}
