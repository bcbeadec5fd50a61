// The main job as a whole: `npm start`, a real browser, the assistant's own window, a virtual key.

import { execFile } from 'node:child_process';
import { readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { zh as words } from '../apps/assistant/window/words/zh.ts';
import { inProject } from '../tools/project.mjs';
import { accessibilityViolations, browserTest, launchBrowser } from './support/browser.ts';
import { type Demo, startDemo } from './support/demo.ts';
import { heading, signIn as signInAs, windowFrom } from './support/holder-steps.ts';
import { takePicture } from './support/pictures.ts';

const run = promisify(execFile);
vi.setConfig({ testTimeout: 120_000 }); // whole journeys, beside other tests on two cores

let demo: Demo;
let browser: Browser | undefined;

beforeAll(async () => {
  demo = await startDemo();
});
afterAll(async () => {
  await browser?.close();
  await demo?.dispose();
});

const company = (ref: string) => {
  const found = demo.companies.find((one) => one.ref === ref);
  if (!found) throw new Error(`the demo has no ${ref}`);
  return { ...found, pin: found.pin ?? '' };
};

async function openPortal(): Promise<Page> {
  browser ??= await launchBrowser();
  const context = await browser.newContext({ viewport: { width: 1280, height: 768 } });
  const page = await context.newPage();
  await page.goto(demo.url);
  return page;
}

async function look(page: Page, name: string): Promise<void> {
  expect(await accessibilityViolations(page), name).toEqual([]);
  await takePicture(page, `${name}.png`, { whole: true });
}

const signIn = (page: Page, ref: string) =>
  signInAs(page, demo.url, company(ref), (window) => look(window, `window-sign-in-${ref}`));

describe('a renewal in a browser', () => {
  browserTest(
    'from sign-in to receipt, with a case left half-way that another browser goes on with',
    async () => {
      const { name, pin, ref } = company('example-trading');
      const first = await openPortal();
      await look(first, 'landing');
      await signIn(first, ref);
      await heading(first, '请阅读订户协议');
      await look(first, 'agreement');
      await first.getByRole('button', { name: '我已阅读并同意' }).click();
      await heading(first, '请核对单位信息');
      await look(first, 'check');
      await first.context().close();

      const page = await openPortal();
      await signIn(page, ref);
      await heading(page, /未完成/);
      await look(page, 'resume');
      await page
        .getByRole('link', { name: /继续/ })
        .or(page.getByRole('button', { name: /继续/ }))
        .first()
        .click();
      await heading(page, '请核对单位信息');
      await page.getByRole('radio', { name: '两年' }).check();
      const window = await windowFrom(page, '输入密码并开始');
      await heading(window, words.pinTitle.renewal);
      expect(await window.locator('.facts').innerText()).toContain(name);
      await look(window, 'window-renewal');
      // A wrong PIN first: it says how many tries are left, and changes nothing.
      await window.getByLabel(words.pin, { exact: true }).fill('00000000');
      await window.getByRole('button', { name: words.agree.renewal }).click();
      await window.getByText(words.problem.incorrect).waitFor();
      await window.getByText(words.tries(9)).waitFor();
      await look(window, 'window-wrong-pin');
      await window.getByLabel(words.pin, { exact: true }).fill(pin);
      await window.getByRole('button', { name: words.agree.renewal }).click();
      await heading(window, words.doneTitle.renewal);
      await look(window, 'window-done');
      await heading(page, '证书更新完成');
      await look(page, 'result');
      await page.context().close();
    },
  );

  browserTest('what the register says otherwise stops it, with the papers to bring', async () => {
    const page = await openPortal();
    await signIn(page, 'moved-school');
    await page.getByRole('button', { name: '我已阅读并同意' }).click();
    await heading(page, /不一致/);
    await look(page, 'mismatch');
    await page.context().close();
  });

  browserTest(
    'an expired certificate is renewed; its key, pulled out before the PIN, is waited for',
    async () => {
      const { ref, pin } = company('expired-studio');
      const page = await openPortal();
      await signIn(page, ref);
      await page.getByRole('button', { name: '我已阅读并同意' }).click();
      await page.getByRole('radio', { name: '一年' }).check();
      const window = await windowFrom(page, '输入密码并开始');
      await heading(window, words.pinTitle.renewal);
      const plugged = join(demo.assistantHome, 'keys', `${ref}.key`);
      const pulled = join(demo.assistantHome, `${ref}.key`);
      renameSync(plugged, pulled);
      await heading(window, words.keyTitle['order-other-key']);
      await look(window, 'window-other-key');
      renameSync(pulled, plugged);
      await heading(window, words.pinTitle.renewal);
      await window.getByLabel(words.pin, { exact: true }).fill(pin);
      await window.getByRole('button', { name: words.agree.renewal }).click();
      await heading(page, '证书更新完成');
      await page.context().close();
    },
  );
});

describe('the commands of the demo', () => {
  const certdesk = (...args: string[]) =>
    run(process.execPath, [inProject('apps/server/dist/certdesk.js'), ...args], {
      env: { ...demo.env, DATABASE_URL: databaseUrl() },
    });

  /** As tools/postgres.mjs keeps it, for the owner of the folder alone. */
  function databaseUrl(): string {
    const folder = join(demo.folder, 'postgres');
    const password = readFileSync(join(folder, 'password'), 'utf8').trim();
    const port = readFileSync(join(folder, 'data', 'postmaster.pid'), 'utf8').split('\n')[3];
    return `postgres://certdesk:${password}@127.0.0.1:${port}/certdesk`;
  }

  test('the audit chain is whole', async () => {
    expect((await certdesk('audit', 'verify')).stdout).toMatch(/^\d+ rows and \d+ heads are whole\./);
  });

  test('no PIN, token or cookie stands in any log', () => {
    const files = ['server', 'assistant'].map((one) => join(demo.folder, 'logs', `${one}.log`));
    const text = [...files, join(demo.assistantHome, 'assistant.log')]
      .map((file) => readFileSync(file, 'utf8'))
      .join('\n');
    expect(text).toContain('/api/orders/take');
    for (const { pin } of demo.companies) if (pin) expect(text).not.toContain(pin);
    expect(text).not.toMatch(/Bearer|session=|browser=|PRIVATE KEY/);
  });

  test('the configuration is found good, and what assistants have to know is printed', async () => {
    expect((await certdesk('config', 'check')).stdout).toContain('good');
    expect(JSON.parse((await certdesk('trust')).stdout)).toMatchObject({ origin: demo.url });
  });
});

test('ctrl-C stops all of it', async () => {
  expect(await demo.interrupt()).toBe(0);
  await expect(fetch(`${demo.url}/healthz`)).rejects.toThrow();
  await expect(fetch(demo.assistant)).rejects.toThrow();
});
