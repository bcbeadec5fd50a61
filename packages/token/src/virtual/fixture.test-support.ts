/** Virtual keys in a folder of their own. */
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KeyOnTrial } from '../conformance.test-support.ts';
import { createVirtualKey, unblockResponse, type VirtualKeyOptions, virtualDriver } from '../index.ts';

/** So that tests spend their time on anything but scrypt. */
export const CHEAP = { logN: 1, r: 1, p: 1 };
export const PIN = 'right-pin';
export const ADMIN_PIN = 'right-admin-pin';
const UNBLOCK_KEY = new Uint8Array(16).fill(0x5a);

export interface PluggedIn extends KeyOnTrial {
  readonly folder: string;
  /** The key's file. */
  readonly path: string;
  pull(): Promise<void>;
  putBack(): Promise<void>;
}

export async function plugIn(options: Partial<VirtualKeyOptions> = {}): Promise<PluggedIn> {
  const place = await mkdtemp(join(tmpdir(), 'certdesk-key-'));
  const folder = join(place, 'slots');
  await mkdir(folder);
  const ref = 'key';
  const path = join(folder, `${ref}.key`);
  await createVirtualKey({
    folder,
    name: ref,
    serial: 'V-0001',
    label: '试验公司',
    pin: PIN,
    adminPin: ADMIN_PIN,
    maxTries: 4,
    kdfCost: CHEAP,
    unblockKey: UNBLOCK_KEY,
    ...options,
  });
  return {
    driver: virtualDriver({ folder }),
    ref,
    folder,
    path,
    pin: PIN,
    adminPin: ADMIN_PIN,
    maxTries: options.maxTries ?? 4,
    pull: () => rename(path, join(place, 'pulled')),
    putBack: () => rename(join(place, 'pulled'), path),
    answer: (challenge) => unblockResponse(UNBLOCK_KEY, challenge),
    dispose: () => rm(place, { recursive: true, force: true }),
  };
}
