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

const signIn = (page: Page, ref: string, journey: 'renewal' | 'amendment' = 'renewal') =>
  signInAs(page, `${demo.url}/${journey}`, company(ref), async (window) =>
    expect(await accessibilityViolations(window)).toEqual([]),
  );

/** Agrees in the assistant's window and types the PIN there. */
async function agree(window: Page, journey: 'renewal' | 'amendment', pin: string): Promise<void> {
  await heading(window, words.pinTitle[journey]);
  await window.getByLabel(words.pin, { exact: true }).fill(pin);
  await window.getByRole('button', { name: words.agree[journey] }).click();
}

/** What is decided about a number on the page. */
const decide = (page: Page, number: string, choice: '添加' | '不添加') =>
  page.getByRole('group', { name: number }).getByRole('radio', { name: choice, exact: true }).check();

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
      await agree(window, 'renewal', pin);
      await heading(page, '证书更新完成');
      await page.context().close();
    },
  );

  browserTest('takes in the numbers that the certificate lacks, in the same step', async () => {
    const { ref, pin } = company('incomplete-restaurant');
    const page = await openPortal();
    await signIn(page, ref);
    await page.getByRole('button', { name: '我已阅读并同意' }).click();
    await decide(page, '0016 1803', '添加');
    await decide(page, '8800 1618 0339', '添加');
    await page.getByRole('radio', { name: '一年' }).check();
    await agree(await windowFrom(page, '输入密码并开始'), 'renewal', pin);
    await heading(page, '证书更新完成');
    const receipt = await page.locator('.receipt').innerText();
    for (const number of ['0016 1803', '8800 1618 0339']) expect(receipt).toContain(`${number} （本次添加）`);
    await page.context().close();
  });
});

describe('an amendment in a browser', () => {
  browserTest('from sign-in to receipt, and once more for the number that was left out', async () => {
    const { ref, pin } = company('amendment-bakery');
    const page = await openPortal();
    await signIn(page, ref, 'amendment');
    await heading(page, '为证书添加证件号码');
    await page.getByRole('button', { name: '查询法人库' }).click();
    await heading(page, '要添加哪些号码');
    await decide(page, '0031 4159', '添加');
    await decide(page, '8800 3141 5926', '不添加');
    await agree(await windowFrom(page, '输入密码并添加'), 'amendment', pin);
    await heading(page, '证件号码已添加');
    const receipt = await page.locator('.receipt').innerText();
    expect(receipt).toContain('0031 4159 （本次添加）');
    expect(receipt).not.toContain('8800 3141 5926');

    // The new certificate has taken the old one's place on the key, and the register still has the other number.
    await page.context().close();
    const again = await openPortal();
    await signIn(again, ref, 'amendment');
    await heading(again, '为证书添加证件号码');
    expect(await again.locator('.facts').innerText()).toContain('0031 4159');
    await again.getByRole('button', { name: '查询法人库' }).click();
    await decide(again, '8800 3141 5926', '不添加');
    await again.getByRole('button', { name: '不添加，结束办件' }).click();
    await heading(again, '没有添加号码');
    await again.context().close();
  });

  browserTest('gives both certificates of twins the number', async () => {
    const { ref, pin } = company('twin-amendment-clinic');
    const page = await openPortal();
    await signIn(page, ref, 'amendment');
    await page.getByRole('button', { name: '查询法人库' }).click();
    await decide(page, '8800 2718 2818', '添加');
    await agree(await windowFrom(page, '输入密码并添加'), 'amendment', pin);
    await heading(page, '证件号码已添加');
    expect(await page.locator('.receipt').innerText()).toContain('新加密证书序列号');
    await page.context().close();
  });

  browserTest('finds nothing to add, and changes nothing', async () => {
    const page = await openPortal();
    await signIn(page, 'early-hotel', 'amendment');
    await page.getByRole('button', { name: '查询法人库' }).click();
    await heading(page, '没有可以添加的号码');
    await page.context().close();
  });
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
