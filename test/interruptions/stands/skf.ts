/** Keys of the software SKF library: files in a folder, out of which they are pulled. */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type SkfDriver, skfDriver, softwareProfile } from '@certdesk/token';
import { compileSoftwareSkf } from '../../../tools/skf-software.mjs';
import { ADMIN_PIN, type MakeStand, moveIfThere, PIN } from './stand.ts';

type Place = () => string;
/** A label is 32 octets at most, three for a Chinese character. */
const LONGEST_LABEL = 10;

export const skfStand: MakeStand = async (folder) => {
  const [slots, drawer] = [join(folder, 'slots'), join(folder, 'drawer')];
  await Promise.all([slots, drawer].map((place) => mkdir(place, { recursive: true })));
  const library = join(folder, 'software-skf.so');
  compileSoftwareSkf(library);
  // Each key has a name of its own: a library that has seen one does not take the next for it.
  let keys = 0;
  const name = () => `KEY-${keys}`;
  const [here, away] = [slots, drawer].map((place) => () => join(place, `${name()}.skf`)) as [Place, Place];
  const at = (place: string): SkfDriver =>
    skfDriver({ profile: softwareProfile, library, env: { SKF_SOFTWARE_FOLDER: place } });
  const [plugged, pulled] = [at(slots), at(drawer)];
  return {
    algorithm: 'sm2',
    driver: { family: 'skf', profile: softwareProfile.name, library, env: { SKF_SOFTWARE_FOLDER: slots } },
    async newKey({ label }) {
      await Promise.all([here(), away()].map((file) => rm(file, { force: true })));
      keys += 1;
      await writeFile(here(), '');
      const key = await plugged.open(name());
      try {
        await key.initialise({ label: label.slice(0, LONGEST_LABEL), pin: PIN, adminPin: ADMIN_PIN });
      } finally {
        await key.close();
      }
    },
    pull: () => moveIfThere(here(), away()),
    plug: () => moveIfThere(away(), here()),
    async open() {
      const isPulled = (await pulled.list()).length > 0;
      return (isPulled ? pulled : plugged).open(name());
    },
    async close() {
      await Promise.all([plugged.close(), pulled.close()]);
    },
  };
};
