import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { type PluggedIn, plugIn } from './fixture.test-support.ts';

let slot: PluggedIn;
let stop = () => {};
afterEach(async () => {
  stop();
  await slot.dispose();
});

it.each([
  ['listed', (): Promise<unknown> => slot.driver.list()],
  ['opened', (): Promise<unknown> => slot.driver.open(slot.ref).catch(() => undefined)],
])('a key that was missed when it was %s, and is back at once, is told as gone and come', async (_, miss) => {
  slot = await plugIn();
  const pulled = join(dirname(slot.folder), 'pulled');
  const told: string[] = [];
  let heard = () => {};
  stop = slot.driver.watch(({ kind }) => {
    told.push(kind);
    heard();
  });
  const next = () => new Promise<void>((resolve) => (heard = resolve));
  // A folder that was made anew tells nothing of itself any more, as one on a network drive: it is looked at.
  const gone = next();
  await rename(slot.path, pulled);
  await gone;
  await rm(slot.folder, { recursive: true });
  await mkdir(slot.folder);
  const found = next();
  await rename(pulled, slot.path);
  await found;

  await rename(slot.path, pulled);
  await miss();
  const back = next();
  await rename(pulled, slot.path);
  await back;
  expect(told).toEqual(['removed', 'inserted', 'removed', 'inserted']);
});
