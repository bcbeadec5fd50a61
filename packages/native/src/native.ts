import type { BindingPlace, Functions } from './binding.ts';
import { NativeError } from './errors.ts';
import { type CallOptions, NativeProcess } from './process.ts';
import { spawnHost } from './start.ts';

export interface NativeOptions {
  readonly binding: BindingPlace;
  /** What `bind` is given, the library's path above all. Sent over the pipe, never as an argument. */
  readonly options: unknown;
  /** Of calls that say none; 30 seconds. */
  readonly deadlineMs?: number;
  /** What the library finds in its environment besides what is in ours. */
  readonly env?: Readonly<Record<string, string>>;
  /**
   * A program that starts the process, in a sandbox or as another user, say: it is given the command line and has to
   * `exec` it with the pipes that it inherited.
   */
  readonly launcher?: readonly string[];
  /** A JavaScript file that ends in `runNativeHost` with this binding; found out unless given. */
  readonly program?: string;
}

/** A native library that is called from here and runs elsewhere: whatever it does, this process stays. */
export class Native<F extends Functions> {
  readonly #options: NativeOptions;
  #process: NativeProcess<F> | undefined;
  #closed = false;

  constructor(options: NativeOptions) {
    this.#options = options;
  }

  /** The process that runs now, or a fresh one: what an earlier one had open is gone with it. */
  process(): NativeProcess<F> {
    if (this.#closed) throw new NativeError('library-closed', 'it was closed');
    if (!this.#process?.alive) {
      const { binding, options, deadlineMs = 30_000 } = this.#options;
      const child = spawnHost(binding, this.#options);
      this.#process = new NativeProcess<F>(child, options, deadlineMs);
    }
    return this.#process;
  }

  /** Calls in the process that runs now, or in a fresh one. */
  async call<N extends keyof F & string>(
    name: N,
    args: Parameters<F[N]>,
    options?: CallOptions,
  ): Promise<Awaited<ReturnType<F[N]>>> {
    return this.process().call(name, args, options);
  }

  /** Ends the process that runs; the next call has a fresh one. */
  async restart(patienceMs?: number): Promise<void> {
    const before = this.#process;
    this.#process = undefined;
    await before?.stop(patienceMs);
  }

  /** Ends the library in order; by force after `patienceMs` (2 seconds), at once with 0. */
  async close(patienceMs?: number): Promise<void> {
    this.#closed = true;
    await this.#process?.stop(patienceMs);
  }
}

/** Starts nothing yet: the first call does. */
export function startNative<F extends Functions>(options: NativeOptions): Native<F> {
  return new Native<F>(options);
}
