// What a holder does in a real browser, on a page and in the assistant's window.

import type { Page } from 'playwright-core';
import { zh as words } from '../../apps/assistant/window/words/zh.ts';

export const heading = (page: Page, text: string | RegExp) => page.locator('h1', { hasText: text }).waitFor();

/** Presses a button that opens the assistant's window. */
export async function windowFrom(page: Page, button: string): Promise<Page> {
  const popup = page.waitForEvent('popup');
  await page.getByRole('button', { name: button }).click();
  return popup;
}

/**
 * Signs in on the way to a page.
 * @param url of that page, such as `http://localhost:8080/renewal`
 * @param look is shown the window before anything is typed
 */
export async function signIn(
  page: Page,
  url: string,
  { name, pin }: { readonly name: string; readonly pin: string },
  look: (window: Page) => Promise<void> = async () => undefined,
): Promise<void> {
  await page.goto(url);
  const window = await windowFrom(page, '打开密码助手并登录');
  await heading(window, words.pinTitle['sign-in']);
  await look(window);
  await window.getByRole('radio', { name }).check();
  await window.getByLabel(words.pin, { exact: true }).fill(pin);
  const closed = window.waitForEvent('close');
  await window.getByRole('button', { name: '登录' }).click();
  await closed;
}
