import type { ErrorCode } from '@certdesk/contract';
import { type Container, type KeyDriver, KeyError, type KeyInfo } from '@certdesk/token';
import { asAssistantError } from '../errors.ts';

/** A key that is in now, with what is on it. Nothing of this is kept: the key is asked each time. */
export interface PresentKey {
  readonly driver: KeyDriver;
  readonly info: KeyInfo;
  readonly containers: readonly Container[];
  /** Why its content could not be read; `containers` is empty then. */
  readonly trouble: ErrorCode | null;
}

/** All keys that any driver reaches, and when one comes or goes. */
export class KeyRing {
  readonly #drivers: readonly KeyDriver[];
  readonly #stops: (() => void)[];
  readonly #waiting = new Set<() => void>();
  #version = 0;

  constructor(drivers: readonly KeyDriver[]) {
    this.#drivers = drivers;
    this.#stops = drivers.map((driver) => driver.watch(() => this.#changed()));
  }

  /** Grows whenever a key comes or goes. */
  get version(): number {
    return this.#version;
  }

  #changed(): void {
    this.#version += 1;
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const wake of waiting) wake();
  }

  /** Resolves when a key came or went after `version`, or when `signal` aborts. */
  changedAfter(version: number, signal?: AbortSignal): Promise<void> {
    if (this.#version !== version || signal?.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = () => {
        this.#waiting.delete(wake);
        signal?.removeEventListener('abort', wake);
        resolve();
      };
      this.#waiting.add(wake);
      signal?.addEventListener('abort', wake);
    });
  }

  /**
   * Asks every key what is on it. A key that is pulled out meanwhile is left out.
   * @throws KeyError of a driver that cannot list its keys, where no other has any
   */
  async survey(): Promise<PresentKey[]> {
    const keys: PresentKey[] = [];
    const troubles: unknown[] = [];
    for (const driver of this.#drivers) {
      const listed = await driver.list().catch((error: unknown) => {
        troubles.push(error);
        return [];
      });
      for (const info of listed) {
        const key = await look(driver, info);
        if (key) keys.push(key);
      }
    }
    if (keys.length === 0 && troubles.length > 0) throw troubles[0];
    return keys;
  }

  close(): void {
    for (const stop of this.#stops) stop();
    this.#changed();
  }
}

async function look(driver: KeyDriver, listed: KeyInfo): Promise<PresentKey | undefined> {
  try {
    const key = await driver.open(listed.ref);
    try {
      return { driver, info: await key.info(), containers: await key.containers(), trouble: null };
    } finally {
      await key.close();
    }
  } catch (error) {
    if (error instanceof KeyError && error.code === 'key-removed') return undefined;
    return { driver, info: listed, containers: [], trouble: asAssistantError(error).code };
  }
}
