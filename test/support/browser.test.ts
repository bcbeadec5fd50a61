import { expect } from 'vitest';
import { accessibilityViolations, browserTest, launchBrowser } from './browser.ts';

browserTest('the browser shows a page, and axe tells a good one from a bad one', async () => {
  const browser = await launchBrowser();
  try {
    const page = await browser.newPage();
    const content = (main: string) =>
      `<!doctype html><html lang="zh"><title>证书</title><main><h1>证书</h1>${main}</main>`;
    await page.setContent(content('<label>口令 <input></label>'));
    expect(await page.textContent('h1')).toBe('证书');
    expect(await accessibilityViolations(page)).toEqual([]);

    await page.setContent(content('<input>'));
    expect(await accessibilityViolations(page)).toEqual([expect.stringMatching(/^label: .*<input>/)]);
  } finally {
    await browser.close();
  }
});
