/** Keys that are files: out of their folder, they are pulled. */
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createVirtualKey, virtualDriver } from '@certdesk/token';
import { ADMIN_PIN, type MakeStand, moveIfThere, PIN } from './stand.ts';

const cheap = { logN: 4, r: 1, p: 1 };

export const virtualStand: MakeStand = async (folder) => {
  const [slots, drawer] = [join(folder, 'slots'), join(folder, 'drawer')];
  await Promise.all([slots, drawer].map((place) => mkdir(place, { recursive: true })));
  const [here, away] = [join(slots, 'key.key'), join(drawer, 'key.key')];
  return {
    algorithm: 'sm2',
    driver: { family: 'virtual', folder: slots },
    async newKey(names) {
      await Promise.all([here, away].map((file) => rm(file, { force: true })));
      const pins = { pin: PIN, adminPin: ADMIN_PIN };
      await createVirtualKey({ folder: slots, name: 'key', ...names, ...pins, kdfCost: cheap });
    },
    pull: () => moveIfThere(here, away),
    plug: () => moveIfThere(away, here),
    async open() {
      const pulled = (await virtualDriver({ folder: drawer }).list()).length > 0;
      return virtualDriver({ folder: pulled ? drawer : slots }).open('key');
    },
    close: async () => undefined,
  };
};
