import { randomUUID } from 'node:crypto';
import { type BigIntStats, statSync } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomically } from '@certdesk/safe';
import { KeyError } from '../errors.ts';
import { codeOf, withLock } from './lock.ts';
import { parse, type Snapshot, type State, serialize } from './state.ts';

export const EXTENSION = '.key';
const REF = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** Whether a text may name a key's file: never a path. */
export function isRef(text: string): boolean {
  return REF.test(text);
}

export function keyPath(folder: string, ref: string): string {
  return join(folder, `${ref}${EXTENSION}`);
}

/** Runs `work` as the only user of the key `ref` among all processes. */
export function withKeyLock<T>(
  folder: string,
  ref: string,
  patienceMs: number,
  work: () => Promise<T>,
): Promise<T> {
  return withLock(`${keyPath(folder, ref)}.lock`, patienceMs, work);
}

/**
 * The file of one key that is plugged in, from `open` until it is pulled. Every operation reads it anew, so that
 * what other processes did is seen. Once it was found gone, it stays gone for this object, like a handle of a pulled key.
 */
export class KeyFile {
  readonly ref: string;
  readonly #folder: string;
  readonly #patienceMs: number;
  #seen: { revision: string; stats: BigIntStats } | undefined;
  #gone = false;

  constructor(folder: string, ref: string, patienceMs: number) {
    this.#folder = folder;
    this.ref = ref;
    this.#patienceMs = patienceMs;
  }

  /** @throws KeyError `key-removed`, `key-failed` */
  async read(): Promise<State> {
    return (await this.#read()).state;
  }

  /**
   * Lets `work` change the state while no other process can. Each `write` lasts once its promise resolves, and a kill
   * at any point leaves the state before or after it.
   * @throws KeyError `key-removed`, `key-busy`, `key-failed`
   */
  async exclusively<T>(
    work: (state: State, write: (state: State) => Promise<void>) => Promise<T>,
  ): Promise<T> {
    if (this.#gone) throw new KeyError('key-removed');
    return this.#whilePresent(() =>
      withKeyLock(this.#folder, this.ref, this.#patienceMs, async () => {
        const { state } = await this.#read();
        return work(state, (next) => this.#write(next));
      }),
    );
  }

  #read(): Promise<Snapshot> {
    return this.#whilePresent(async () => {
      for (;;) {
        if (this.#gone) throw new KeyError('key-removed');
        const file = await open(keyPath(this.#folder, this.ref), 'r');
        try {
          const stats = await file.stat({ bigint: true });
          // Another process replaced it since it was opened, which changes the times of the file that is no more.
          if (stats.nlink === 0n) continue;
          const snapshot = parse(await file.readFile());
          this.#see(snapshot.revision, stats);
          return snapshot;
        } finally {
          await file.close();
        }
      }
    });
  }

  /** The same revision in a file that was moved meanwhile: the key was pulled and put back. */
  #see(revision: string, stats: BigIntStats): void {
    const seen = this.#seen;
    if (seen && seen.revision === revision && !sameFile(seen.stats, stats)) throw this.#removed();
    this.#seen = { revision, stats };
  }

  async #write(state: State): Promise<void> {
    const path = keyPath(this.#folder, this.ref);
    const read = this.#seen?.stats;
    const revision = randomUUID();
    await this.#whilePresent(async () => {
      await writeFileAtomically(path, serialize({ state, revision }), 0o600, () => {
        // A key that was pulled since it was read must not come into being again.
        if (!read || !sameFile(read, statSync(path, { bigint: true }))) throw this.#removed();
      });
      this.#seen = { revision, stats: await stat(path, { bigint: true }) };
    });
  }

  async #whilePresent<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (codeOf(error) === 'ENOENT') throw this.#removed();
      throw error;
    }
  }

  #removed(): KeyError {
    this.#gone = true;
    return new KeyError('key-removed');
  }
}

function sameFile(a: BigIntStats, b: BigIntStats): boolean {
  // Moving a file changes its ctime, a copy is another inode.
  return a.ino === b.ino && a.ctimeNs === b.ctimeNs;
}
