// A Chromium for tests of pages: the one `npm test` found, else one that is on the machine.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type Browser, chromium, type Page } from 'playwright-core';
import { test } from 'vitest';
import { findChromium } from '../../tools/browser.mjs';

const FLAGS = [
  '--no-sandbox', // root may not use it
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-dev-shm-usage', // containers give it 64 MB
];

const executablePath = await findChromium();

/** `test` for what needs a browser; skipped, and so counted, where there is none. */
export const browserTest = test.skipIf(executablePath === undefined);

/**
 * Starts a browser; the caller closes it.
 * @param flags more of Chromium's, such as `--ip-address-space-overrides=127.0.0.1:8080=public`
 * @param without flags that Playwright would set, such as `--disable-popup-blocking`
 */
export async function launchBrowser(flags: string[] = [], without: string[] = []): Promise<Browser> {
  return await chromium.launch({
    executablePath: executablePath ?? '',
    args: [...FLAGS, ...flags],
    ignoreDefaultArgs: without,
  });
}

/** What axe finds wrong with a page as it is shown now: one line each, empty when all is well. */
export async function accessibilityViolations(page: Page): Promise<string[]> {
  // By the page's own content security policy no foreign script runs in it: evaluate goes past that, a tag would not.
  // Once for each document: loading axe takes longer than running it.
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axeSource);
  return await page.evaluate(async () => {
    const { violations } = await axe.run({ resultTypes: ['violations'] });
    return violations.map(
      ({ id, help, nodes }) => `${id}: ${help} (${nodes.map((node) => node.html).join(' ')})`,
    );
  });
}

// The small one: each document reads it anew.
const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

declare const axe: {
  run(options: {
    resultTypes: string[];
  }): Promise<{ violations: { id: string; help: string; nodes: { html: string }[] }[] }>;
};
