import { expect } from 'vitest';
import { browserTest, launchBrowser } from './browser.ts';
import { withPalette } from './png.ts';

browserTest('a picture drawn anew with a palette shows the same, in less room', async () => {
  const browser = await launchBrowser();
  try {
    const page = await browser.newPage({ viewport: { width: 300, height: 200 } });
    await page.setContent(
      '<body style="background:#0b57b0"><p style="color:#fff;font:24px serif">证书 renewed',
    );
    const picture = await page.screenshot();
    const small = withPalette(picture);
    expect(small.length).toBeLessThan(picture.length);
    // The browser itself compares: it draws both and takes one from the other.
    const difference = await page.evaluate(
      async (sources) => {
        const [one, two] = await Promise.all(
          sources.map(async (source) => {
            const image = new Image();
            image.src = `data:image/png;base64,${source}`;
            await image.decode();
            const canvas = new OffscreenCanvas(image.width, image.height);
            const context = canvas.getContext('2d');
            context?.drawImage(image, 0, 0);
            return Array.from(context?.getImageData(0, 0, image.width, image.height).data ?? []);
          }),
        );
        if (!one?.length || one.length !== two?.length) return 256;
        return one.reduce((most, value, at) => Math.max(most, Math.abs(value - (two[at] ?? 0))), 0);
      },
      [picture, small].map((one) => one.toString('base64')),
    );
    expect(difference).toBeLessThan(24);
  } finally {
    await browser.close();
  }
});
