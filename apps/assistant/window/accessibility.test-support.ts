import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

const { source } = createRequire(import.meta.url)('axe-core') as { source: string };

declare const axe: {
  run(options: {
    resultTypes: string[];
  }): Promise<{ violations: { id: string; help: string; nodes: { html: string }[] }[] }>;
};

/**
 * As the function of this name in `test/support/browser.ts`, for a page that is looked at many times: axe's script, which
 * takes longer to load than to run, goes in once for each document.
 */
export async function accessibilityViolations(page: Page): Promise<string[]> {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(source);
  return await page.evaluate(async () => {
    const { violations } = await axe.run({ resultTypes: ['violations'] });
    return violations.map(
      ({ id, help, nodes }) => `${id}: ${help} (${nodes.map((node) => node.html).join(' ')})`,
    );
  });
}
