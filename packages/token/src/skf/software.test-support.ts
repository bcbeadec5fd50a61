/** The software SKF library, compiled for the tests, and keys in a folder of their own. */
import { mkdtempSync, rmSync } from 'node:fs';
import { rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sm3, sm4EncryptEcb } from '@certdesk/gm';
import { compileSoftwareSkf, whyNoSoftwareSkf } from '../../../../tools/skf-software.mjs';
import type { KeyOnTrial } from '../conformance.test-support.ts';
import { type SkfDriver, type SkfProfile, skfDriver, softwareProfile } from './index.ts';
import type { Abi } from './structures.ts';

export const PIN = 'right-pin';
export const ADMIN_PIN = 'right-admin-pin';
export const PACKED: Abi = { packing: 'packed', ulongBits: 32 };

/** Why the library cannot be compiled here; undefined where it can. */
export const notHere = whyNoSoftwareSkf();

const compiled = new Map<string, string>();

/** @returns the path of the library with that ABI; compiled once in a test's process, which removes it at its end */
export function softwareLibrary({ packing, ulongBits }: Abi = PACKED): string {
  const id = `${packing}-${ulongBits}`;
  const known = compiled.get(id);
  if (known) return known;
  const folder = mkdtempSync(join(tmpdir(), 'certdesk-skf-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, `software-${id}.so`);
  compileSoftwareSkf(path, { packing, ulongBits });
  compiled.set(id, path);
  return path;
}

export interface PluggedIn extends KeyOnTrial {
  readonly driver: SkfDriver;
  pull(): Promise<void>;
  putBack(): Promise<void>;
}

/** Slots with a driver that reaches them: its process starts once, however many keys are plugged in. */
export interface Slots {
  readonly folder: string;
  readonly library: string;
  readonly driver: SkfDriver;
  /** Another program at the same slots. */
  another(profile?: Partial<SkfProfile>): SkfDriver;
  /** Makes the library misbehave, until it is told something else: see switches.c. */
  misbehave(...switches: string[]): Promise<void>;
  /** A key that was just initialised. */
  plugIn(): Promise<PluggedIn>;
  dispose(): Promise<void>;
}

/** @param profile as `softwareProfile` but for this; room for two containers unless it says more */
export function makeSlots(profile: Partial<SkfProfile> = {}, abi: Abi = PACKED): Slots {
  const folder = mkdtempSync(join(tmpdir(), 'certdesk-slots-'));
  const library = softwareLibrary(abi);
  const drivers: SkfDriver[] = [];
  const another = (more: Partial<SkfProfile> = {}) => {
    const pinTries = { user: 4, admin: 6 };
    const driver = skfDriver({
      profile: { ...softwareProfile, pollMs: 200, pinTries, ...profile, ...more },
      library,
      env: { SKF_SOFTWARE_FOLDER: folder },
    });
    drivers.push(driver);
    return driver;
  };
  const room = `library containers ${profile.containers?.max ?? 2}`;
  const misbehave = (...switches: string[]) =>
    writeFile(join(folder, 'switches'), [room, ...switches, ''].join('\n'));
  const driver = another();
  let keys = 0;
  return {
    folder,
    library,
    driver,
    another,
    misbehave,
    async plugIn() {
      keys += 1;
      const ref = `KEY-${keys}`;
      const [path, pulled] = [join(folder, `${ref}.skf`), join(folder, `${ref}.pulled`)];
      await misbehave();
      await writeFile(path, '');
      const key = await driver.open(ref);
      await key.initialise({ label: '试验公司', pin: PIN, adminPin: ADMIN_PIN });
      await key.close();
      return {
        driver,
        ref,
        pin: PIN,
        adminPin: ADMIN_PIN,
        maxTries: 4,
        answer: unblockAnswer,
        pull: () => rename(path, pulled),
        putBack: () => rename(pulled, path),
        dispose: () => rm(path, { force: true }),
      };
    },
    async dispose() {
      for (const one of drivers) await one.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** What the CA answers to a challenge of the software library: see application.c. */
function unblockAnswer(challenge: Uint8Array, newPin: string): Uint8Array {
  const key = sm3(Buffer.from(ADMIN_PIN)).slice(0, 16);
  const padded = new Uint8Array(16);
  padded.set(Buffer.from(newPin));
  const enciphered = sm4EncryptEcb(key, padded, { padding: false });
  const block = new Uint8Array(32);
  block.set(enciphered);
  block.set(challenge, 16);
  const mac = sm4EncryptEcb(key, sm3(block).slice(0, 16), { padding: false });
  return Buffer.concat([enciphered, mac]);
}
