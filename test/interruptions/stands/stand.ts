/** The holder's keys as the stage has them: one at a time, plugged in or in a drawer. */
import { rename } from 'node:fs/promises';
import type { Key, KeyAlgorithm } from '@certdesk/token';
import type { DriverConfig } from '../../../apps/assistant/src/config.ts';

export interface NewKey {
  readonly label: string;
  readonly serial: string;
  /** How many containers are to fit, where that can be chosen. */
  readonly containers?: number;
}

export interface KeyStand {
  /** Of the key pairs on these keys, and of the CA above them. */
  readonly algorithm: Extract<KeyAlgorithm, 'sm2' | 'p256'>;
  /** How an assistant reaches the key while it is plugged in. */
  readonly driver: DriverConfig;
  /**
   * Whether the keys' library crashes at what another process has changed. An assistant is then shown one key alone, and
   * whoever is told once in a run that the library crashed tries again.
   */
  readonly libraryMayCrash?: boolean;
  /** Puts a fresh key in, and no other. */
  newKey(names: NewKey): Promise<void>;
  pull(): Promise<void>;
  plug(): Promise<void>;
  /** Opens the key wherever it is. */
  open(): Promise<Key>;
  close(): Promise<void>;
}

/** Makes a stand in a folder of its own. */
export type MakeStand = (folder: string) => Promise<KeyStand>;

/** Of every key that comes from a stand. */
export const PIN = '135790';
export const ADMIN_PIN = '24681357';

export async function moveIfThere(from: string, to: string): Promise<void> {
  await rename(from, to).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
}
