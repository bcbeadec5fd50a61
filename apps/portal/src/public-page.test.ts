import { expect } from 'vitest';
import { browserTest, launchBrowser } from '../../../test/support/browser.ts';
import { setStage } from './fakes/stage.test-support.ts';

const stage = setStage();

/**
 * Browsers keep pages of the public internet from talking to programs on the computer. A window of the assistant's own
 * origin is not such talk, and that is what the bridge rests on.
 */
browserTest(
  'a page from the public internet reaches the assistant by its window, where fetch is refused',
  async () => {
    const { desk, assistant } = stage;
    desk.state.desk.assistant = { ports: [stage.deadPort, assistant.port] };
    const { port } = new URL(desk.url);
    const browser = await launchBrowser([`--ip-address-space-overrides=127.0.0.1:${port}=public`]);
    try {
      // The pages' own content security policy would refuse the fetch as well; here the browser is asked.
      const context = await browser.newContext({ bypassCSP: true });
      const page = await context.newPage();
      await page.goto(`${desk.url}/sign-in`);
      const fetched = await page.evaluate(
        (address) =>
          fetch(address, { mode: 'no-cors' }).then(
            () => 'reached',
            () => 'refused',
          ),
        `http://127.0.0.1:${assistant.port}/window`,
      );
      expect(fetched).toBe('refused');
      await page.locator('.button.main').click();
      await page.locator('h1', { hasText: '我的办件' }).waitFor();
    } finally {
      await browser.close();
    }
  },
);

/** Browsers block a window that no click asked for. */
browserTest('the browser’s own blocker is noticed, and the way past it works', async () => {
  const { desk } = stage;
  desk.state.before = pressUnasked;
  const browser = await launchBrowser([], ['--disable-popup-blocking']);
  try {
    const page = await browser.newPage();
    // Whatever is asked of the page from here on is a user's gesture to the browser.
    const pressed = page.waitForEvent('console', (message) => message.text() === 'pressed');
    await page.goto(`${desk.url}/sign-in`);
    await pressed;
    await page.locator('code', { hasText: 'window-blocked' }).waitFor();
    expect(page.context().pages()).toHaveLength(1);
    await page.locator('.trouble .button.main').click();
    await page.locator('h1', { hasText: '我的办件' }).waitFor();
  } finally {
    await browser.close();
  }
});

/** A script that presses the button as soon as it is there. */
const pressUnasked = `new MutationObserver((_, observer) => {
  const button = document.querySelector('#app .button.main');
  if (!button) return;
  observer.disconnect();
  setTimeout(() => {
    button.click();
    console.log('pressed');
  });
}).observe(document, { childList: true, subtree: true });`;
