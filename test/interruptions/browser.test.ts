// A handful of interruptions as people see them: a real browser, the assistant's own window, programs that are really
// killed. The work is held where the certificate is asked for, by a lock on the case in the database.

import pg from 'pg';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, vi } from 'vitest';
import { zh as words } from '../../apps/assistant/window/words/zh.ts';
import { zh as pageWords } from '../../apps/portal/src/words/zh.ts';
import { browserTest, launchBrowser } from '../support/browser.ts';
import { heading, signIn, windowFrom } from '../support/holder-steps.ts';
import { takePicture } from '../support/pictures.ts';
import { openSite, type Site } from './site.ts';

vi.setConfig({ testTimeout: 120_000 });

let site: Site;
let browser: Browser;
let database: pg.Client;
beforeAll(async () => {
  [site, browser] = await Promise.all([openSite(), launchBrowser()]);
  database = new pg.Client(site.databaseUrl);
  await database.connect();
});
afterAll(async () => {
  await database?.end();
  await browser?.close();
  await site?.close();
});

const writing = pageWords.reissue.writing;

const look = (page: Page, name: string) => takePicture(page, `${name}.png`, { whole: true });

const company = (ref: string) => {
  const found = site.companies.find((one) => one.ref === ref);
  if (!found) throw new Error(`the demo has no ${ref}`);
  return { ...found, pin: found.pin ?? '' };
};

/** In a browser of its own. */
async function signedIn(ref: string): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 768 } });
  const page = await context.newPage();
  await signIn(page, `${site.url}/renewal`, company(ref));
  return page;
}

/** As far as the window that asks for the PIN. */
async function ordered(page: Page): Promise<Page> {
  await page.getByRole('button', { name: '我已阅读并同意' }).click();
  await page.getByRole('radio', { name: '一年' }).check();
  return windowFrom(page, '输入密码并开始');
}

async function agree(window: Page, ref: string): Promise<void> {
  await heading(window, words.pinTitle.renewal);
  await window.getByLabel(words.pin, { exact: true }).fill(company(ref).pin);
  await window.getByRole('button', { name: words.agree.renewal }).click();
}

/** Agrees, and does something while the certificate is being asked for. */
async function whileIssuing(window: Page, ref: string, work: () => Promise<unknown>): Promise<void> {
  await heading(window, words.pinTitle.renewal);
  await database.query('begin');
  await database.query('select from desk_case where open for update');
  await agree(window, ref);
  await window.locator('[aria-current="step"]', { hasText: words.steps.issue }).waitFor();
  await work();
  await database.query('rollback');
}

async function certificates(): Promise<string[]> {
  const { rows } = await database.query<{ state: string }>(
    `select state from certificate where line_id = (select line_id from desk_case order by created_at desc limit 1)`,
  );
  return rows.map(({ state }) => state).sort();
}

describe('a renewal, as people see it', () => {
  browserTest(
    'goes on from the page when the assistant was killed, and when the key was pulled',
    async () => {
      const ref = 'example-trading';
      const page = await signedIn(ref);
      const window = await ordered(page);
      await whileIssuing(window, ref, () => site.kill('assistant'));
      await heading(window, words.gone);
      await look(window, 'interrupted-window-gone');
      const goOn = page.getByRole('button', {
        name: new RegExp(`^(${pageWords.troubles.retry}|${writing.reopen})$`),
      });
      await goOn.waitFor();
      await look(page, 'interrupted-assistant-killed');
      await window.close();
      await site.start('assistant');

      const popup = page.waitForEvent('popup');
      await goOn.click();
      const again = await popup;
      await whileIssuing(again, ref, async () => site.pullKey(ref));
      await heading(again, words.keyTitle['key-removed']);
      await look(again, 'interrupted-key-pulled');
      site.plugKey(ref);
      await agree(again, ref);
      await heading(again, words.doneTitle.renewal);
      await heading(page, '证书更新完成');
      expect(await certificates()).toEqual(['in-force', 'superseded']);
      await page.context().close();
    },
  );

  browserTest(
    'is carried to its end by the assistant when the server was killed and the browser closed',
    async () => {
      const ref = 'expired-studio';
      const page = await signedIn(ref);
      const window = await ordered(page);
      await whileIssuing(window, ref, () => site.kill('server'));
      await window.getByText(words.waitingForServer).waitFor();
      await look(window, 'interrupted-server-killed');
      await page.context().close();
      await site.start('server');
      await expect.poll(certificates, { timeout: 60_000 }).toEqual(['in-force', 'superseded']);

      const later = await signedIn(ref);
      await later.goto(`${site.url}/cases`);
      await later.getByText('已完成').waitFor();
      await look(later, 'interrupted-found-done');
      await later.context().close();
    },
  );
});
