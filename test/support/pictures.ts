// Pictures of screens, for docs/screens.md: taken by the tests that look at the screens anyway.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { withPalette } from './png.ts';

/** A folder, when somebody wants pictures. */
const folder = process.env.CERTDESK_SCREENSHOTS;
export const wantsPictures = folder !== undefined;

/** `portal/trouble-key-missing`, zh → `portal-trouble-key-missing-zh.png` */
export const pictureName = (screen: string, language: 'zh' | 'en') =>
  `${screen.replaceAll(/[^a-z0-9]+/gi, '-').toLowerCase()}-${language}.png`;

/**
 * Takes a picture, if pictures are wanted.
 * @param show the whole page, or what stands on the holder's screen when this is in sight
 */
export async function takePicture(
  page: Page,
  file: string,
  show: { whole: true } | { matter: string },
): Promise<void> {
  if (!folder) return;
  const fullPage = 'whole' in show;
  if (!fullPage) await page.locator(show.matter).first().scrollIntoViewIfNeeded();
  writeFileSync(join(folder, file), withPalette(await page.screenshot({ fullPage })));
}
