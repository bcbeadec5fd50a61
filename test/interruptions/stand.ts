/** The holder's keys as the stage has them: one at a time, plugged in or in a drawer. */
import { access, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  createVirtualKey,
  type Key,
  type KeyAlgorithm,
  loadSkfProfile,
  type SkfDriver,
  skfDriver,
  virtualDriver,
} from '@certdesk/token';
import type { DriverConfig } from '../../apps/assistant/src/config.ts';
import { compileSoftwareSkf } from '../../tools/skf-software.mjs';

export interface NewKey {
  readonly label: string;
  readonly serial: string;
  readonly pin: string;
}

export interface KeyStand {
  /** Of the key pairs on these keys, and of the CA above them. */
  readonly algorithm: Extract<KeyAlgorithm, 'sm2' | 'p256'>;
  /** How an assistant reaches the key while it is plugged in. */
  readonly driver: DriverConfig;
  /** What the assistant's process finds in its environment besides what is in ours. */
  readonly env: Readonly<Record<string, string>>;
  /** Puts a fresh key in, and no other. */
  newKey(names: NewKey): Promise<void>;
  pull(): Promise<void>;
  plug(): Promise<void>;
  /** Opens the key wherever it is. */
  open(): Promise<Key>;
  close(): Promise<void>;
}

export const adminPin = '24681357';
const name = 'key';
const cheap = { logN: 4, r: 1, p: 1 };

/** Keys that are files: out of their folder, they are pulled. */
export async function virtualStand(folder: string): Promise<KeyStand> {
  const [slots, drawer] = [join(folder, 'slots'), join(folder, 'drawer')];
  await Promise.all([slots, drawer].map((place) => mkdir(place, { recursive: true })));
  return {
    algorithm: 'sm2',
    driver: { family: 'virtual', folder: slots },
    env: {},
    async newKey({ label, serial, pin }) {
      for (const place of [slots, drawer]) await rm(join(place, `${name}.key`), { force: true });
      await createVirtualKey({ folder: slots, name, serial, label, pin, adminPin, kdfCost: cheap });
    },
    pull: () => moveIfThere(join(slots, `${name}.key`), join(drawer, `${name}.key`)),
    plug: () => moveIfThere(join(drawer, `${name}.key`), join(slots, `${name}.key`)),
    async open() {
      const inDrawer = (await virtualDriver({ folder: drawer }).list()).length > 0;
      return virtualDriver({ folder: inDrawer ? drawer : slots }).open(name);
    },
    close: async () => undefined,
  };
}

/** Keys with the software SKF library: out of their folder, they are pulled. Two containers fit. */
export async function skfStand(folder: string): Promise<KeyStand> {
  const [slots, drawer] = [join(folder, 'slots'), join(folder, 'drawer')];
  await Promise.all([slots, drawer].map((place) => mkdir(place, { recursive: true })));
  const library = join(folder, 'software.so');
  compileSoftwareSkf(library);
  const profile = await loadSkfProfile('software');
  const envOf = (place: string) => ({ SKF_SOFTWARE_FOLDER: place });
  const [plugged, pulled] = [slots, drawer].map((place) =>
    skfDriver({ profile, library, env: envOf(place) }),
  );
  let keys = 0;
  const file = (place: string) => join(place, `key-${keys}.skf`);
  const driverAt = async () => ((await exists(file(drawer))) ? pulled : plugged) as SkfDriver;
  return {
    algorithm: 'sm2',
    driver: { family: 'skf', profile: 'software', library, env: envOf(slots) },
    env: {},
    async newKey({ label, pin }) {
      for (const place of [slots, drawer]) await rm(file(place), { force: true });
      keys += 1;
      await writeFile(file(slots), '');
      const key = await (await driverAt()).open(`key-${keys}`);
      await key.initialise({ label: label.slice(0, 10), pin, adminPin });
      await key.close();
    },
    pull: () => moveIfThere(file(slots), file(drawer)),
    plug: () => moveIfThere(file(drawer), file(slots)),
    open: async () => (await driverAt()).open(`key-${keys}`),
    async close() {
      for (const driver of [plugged, pulled]) await driver?.close();
    },
  };
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

export async function moveIfThere(from: string, to: string): Promise<void> {
  await rename(from, to).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
}

/** What can be stood on, by the name that `npm run interrupt -- --key` knows it by. */
export const stands: Readonly<Record<string, (folder: string) => Promise<KeyStand>>> = {
  virtual: virtualStand,
  skf: skfStand,
};
