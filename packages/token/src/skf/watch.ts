import type { KeyEvent } from '../key.ts';
import { type LibraryOptions, type SkfProcess, startSkf } from './library.ts';

const NAME_ROOM = 1_024;

const LONGEST_WAIT_MS = 60_000;
/** A library whose waiting ends so often with nothing new is waited for no more. */
const MOST_IDLE_ANSWERS = 20;

/**
 * Tells of keys that come and go. SKF_WaitForDevEvent blocks, so it has a process of its own; what it says is only taken as a
 * hint to look, because libraries name the wrong device or miss one of two. Looking now and then catches what it misses,
 * and is all there is where it fails or the profile does without it.
 */
export class Watch {
  readonly #options: LibraryOptions;
  readonly #listener: (event: KeyEvent) => void;
  readonly #look: () => Promise<unknown>;
  #known: readonly string[] | undefined;
  #waiting: SkfProcess | undefined;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  /**
   * @param known what is plugged in as far as the listener knows
   * @param look lists the devices, and calls `saw` with them
   */
  constructor(
    options: LibraryOptions,
    listener: (event: KeyEvent) => void,
    known: readonly string[] | undefined,
    look: () => Promise<unknown>,
  ) {
    this.#options = options;
    this.#listener = listener;
    this.#known = known;
    this.#look = look;
    void this.#poll();
    if (options.profile.events === 'wait') void this.#wait();
  }

  /** Compares what is plugged in now with what was told last. */
  saw(present: readonly string[]): void {
    const before = this.#known;
    this.#known = present;
    if (this.#stopped || !before) return;
    for (const ref of before) if (!present.includes(ref)) this.#listener({ kind: 'removed', ref });
    for (const ref of present) if (!before.includes(ref)) this.#listener({ kind: 'inserted', ref });
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    // A call that waits never comes back by itself.
    this.#waiting?.kill();
  }

  /** @param waitMs until it looks again, if it goes well now; longer and longer where the library fails each time */
  async #poll(waitMs = this.#options.profile.pollMs): Promise<void> {
    // Why it fails is told to who uses it. Each look at a library that is missing or crashes starts a process.
    const went = await this.#look().then(
      () => true,
      () => false,
    );
    if (this.#stopped) return;
    const next = went ? this.#options.profile.pollMs : Math.min(waitMs * 2, LONGEST_WAIT_MS);
    this.#timer = setTimeout(() => void this.#poll(next), next).unref();
  }

  async #wait(): Promise<void> {
    const process = startSkf(this.#options).process();
    this.#waiting = process;
    try {
      // What came or went while the process started is no event to the library.
      await process.call('enumDev', [NAME_ROOM]);
      await this.#look().catch(() => undefined);
      let idle = 0;
      while (!this.#stopped && idle < MOST_IDLE_ANSWERS) {
        await process.call('waitForDevEvent', [NAME_ROOM], { deadlineMs: Number.POSITIVE_INFINITY });
        const before = this.#known;
        await this.#look().catch(() => undefined);
        idle = before?.join() === this.#known?.join() ? idle + 1 : 0;
      }
    } catch {
      // Not supported, crashed or stopped: looking goes on.
    }
    process.kill();
  }
}
