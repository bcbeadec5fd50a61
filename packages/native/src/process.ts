import type { ChildProcess } from 'node:child_process';
import type { Answer, Functions, Request, SentError } from './binding.ts';
import { LibraryError, NativeError, type NativeErrorCode } from './errors.ts';

/** The longest time a call may take; `Infinity` for one that waits for events. */
export interface CallOptions {
  readonly deadlineMs?: number;
}

interface Waiting {
  readonly request: Request;
  readonly what: string;
  readonly deadlineMs: number;
  resolve(result: unknown): void;
  reject(error: NativeError | LibraryError): void;
}

/**
 * One process with one library in it, from its start to its end: handles that the library gave are good in it only.
 * Calls are sent one after the other, so that a deadline counts the library's time and not the queue's.
 */
export class NativeProcess<F extends Functions> {
  /** Resolves when the process has ended, for whatever reason. */
  readonly ended: Promise<void>;
  readonly #child: ChildProcess;
  readonly #deadlineMs: number;
  readonly #queue: Waiting[] = [];
  #current: Waiting | undefined;
  #timer: NodeJS.Timeout | undefined;
  #end: NativeError | LibraryError | undefined;

  /** @param child just started. @param deadlineMs of calls that say none */
  constructor(child: ChildProcess, options: unknown, deadlineMs: number) {
    this.#child = child;
    this.#deadlineMs = deadlineMs;
    this.ended = new Promise((resolve) => {
      const over = (how: string) => {
        this.#fail(new NativeError('library-crashed', how));
        resolve();
      };
      child.on('error', (error: NodeJS.ErrnoException) => {
        // A message that could not be sent: 'exit' follows. A process that never was has no other event.
        if (child.pid === undefined) over(`its process could not be started (${error.code})`);
      });
      child.on('exit', (code, signal) =>
        over(signal ? `its process was ended by ${signal}` : `its process ended with exit code ${code}`),
      );
    });
    child.on('message', (answer: Answer) => this.#answered(answer));
    child.unref();
    this.#push({ kind: 'open', options }, 'opening', deadlineMs).catch((error: unknown) => {
      // Nothing that could not be opened is worth a second call.
      this.#fail(error as NativeError | LibraryError);
      this.#child.kill('SIGKILL');
    });
  }

  get alive(): boolean {
    return this.#end === undefined;
  }

  /**
   * Calls a function of the binding.
   * @throws LibraryError for what the library returned, NativeError for what happened to it
   */
  call<N extends keyof F & string>(
    name: N,
    args: Parameters<F[N]>,
    { deadlineMs = this.#deadlineMs }: CallOptions = {},
  ): Promise<Awaited<ReturnType<F[N]>>> {
    return this.#push({ kind: 'call', name, args }, name, deadlineMs) as Promise<Awaited<ReturnType<F[N]>>>;
  }

  /** Lets the call that runs end, closes the library, and ends the process; by force after `patienceMs`. */
  async stop(patienceMs = 2_000): Promise<void> {
    const patience = setTimeout(() => this.kill(), patienceMs);
    if (this.alive) await this.#push({ kind: 'close' }, 'closing', Number.POSITIVE_INFINITY).catch(() => {});
    clearTimeout(patience);
    this.kill();
    // Whoever waits for the end must be there when it comes.
    this.#child.ref();
    await this.ended;
  }

  /** Ends the process now. */
  kill(): void {
    this.#fail(new NativeError('library-closed', 'it was closed'));
    this.#child.kill('SIGKILL');
  }

  #push(request: Request, what: string, deadlineMs: number): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.#end) return reject(sameError(this.#end));
      this.#queue.push({ request, what, deadlineMs, resolve, reject });
      this.#next();
    });
  }

  #next(): void {
    if (this.#current || this.#end) return;
    const next = this.#queue.shift();
    this.#keepRunning(next !== undefined);
    if (!next) return;
    this.#current = next;
    if (Number.isFinite(next.deadlineMs)) {
      this.#timer = setTimeout(() => {
        this.#fail(new NativeError('library-hung', `${next.what} gave no answer in ${next.deadlineMs} ms`));
        this.#child.kill('SIGKILL');
      }, next.deadlineMs);
    }
    // What cannot be sent because the process is gone comes back as its end.
    this.#child.send(next.request, () => {});
  }

  #answered(answer: Answer): void {
    const current = this.#current;
    if (!current) return;
    clearTimeout(this.#timer);
    this.#current = undefined;
    if ('error' in answer) current.reject(received(answer.error, current.what));
    else current.resolve(answer.result);
    this.#next();
  }

  #fail(error: NativeError | LibraryError): void {
    if (this.#end) return;
    this.#end = error;
    clearTimeout(this.#timer);
    const waiting = [this.#current, ...this.#queue.splice(0)];
    this.#current = undefined;
    this.#keepRunning(false);
    for (const one of waiting) one?.reject(sameError(error));
  }

  /** A call that runs keeps this program running; an idle library does not. */
  #keepRunning(on: boolean): void {
    const { channel } = this.#child;
    if (on) channel?.ref();
    else channel?.unref();
  }
}

/** Each caller gets an error of its own, with its own stack. */
function sameError(error: NativeError | LibraryError): NativeError | LibraryError {
  if (error instanceof LibraryError) return new LibraryError(error.called, error.returned);
  return new NativeError(error.code, error.message.slice(error.code.length + 2));
}

const CODES: readonly string[] = [
  'library-missing',
  'library-hung',
  'library-crashed',
  'library-failed',
  'library-closed',
] satisfies NativeErrorCode[];

function received(
  { name, message, code, called, returned }: SentError,
  what: string,
): NativeError | LibraryError {
  if (called !== undefined && returned !== undefined) return new LibraryError(called, returned);
  if (code !== undefined && CODES.includes(code))
    return new NativeError(code as NativeErrorCode, message.slice(code.length + 2));
  return new NativeError('library-failed', `${what} threw ${name}`);
}
