/** The library's side: runs in the process that holds the library. */
import { Worker } from 'node:worker_threads';
import type { Answer, Bind, Functions, Koffi, Request, SentError } from './binding.ts';
import { LibraryError, NativeError } from './errors.ts';

/** The first argument of a process that holds a library; the second is the binding's name. */
export const HOST_ARGUMENT = '--native-host';

/** Where the pipe from the parent is that ends when the parent does, however it ends. */
const LIFELINE = 4;

/**
 * Ends this process when its parent ends. In a thread of its own, because a library that hangs holds the main one.
 * SIGKILL, because nothing gentler can be done from beside a hanging thread.
 */
const WATCH = `
  const { Socket } = require('node:net');
  const end = () => process.kill(process.pid, 'SIGKILL');
  new Socket({ fd: ${LIFELINE}, readable: true, writable: false }).on('error', end).on('close', end).resume();
`;

// biome-ignore lint/suspicious/noExplicitAny: each binding has options of its own
export type AnyBind = Bind<any, Functions>;

export interface HostParts {
  /** The program's bindings by name: each loads a module that exports `bind`. */
  readonly bindings: Readonly<Record<string, () => Promise<{ readonly bind: AnyBind }>>>;
  /** How koffi is had; by `import` unless given. A program that is one file unpacks its addon first. */
  readonly koffi?: () => Promise<Koffi>;
}

/** Whether this process was started to hold a library. @param args those after the program's name */
export function isNativeHost(args: readonly string[] = process.argv.slice(2)): boolean {
  return args[0] === HOST_ARGUMENT;
}

/**
 * Makes this process the host of one library and serves its parent until either ends. A program whose parts are in
 * one file (Node SEA) calls it first thing when `isNativeHost()`.
 */
export async function runNativeHost(
  { bindings, koffi = importKoffi }: HostParts,
  args: readonly string[] = process.argv.slice(2),
): Promise<void> {
  const name = args[1] ?? '';
  if (!process.send) throw new Error(`${HOST_ARGUMENT} is not for people: this program starts it itself.`);
  new Worker(WATCH, { eval: true }).unref();
  process.on('disconnect', () => process.exit(0));
  const load = bindings[name];
  let offered: Functions | undefined;
  const answer = (given: Answer, sent?: () => void) => process.send?.(given, undefined, {}, sent);

  const handle = async (request: Request): Promise<unknown> => {
    if (request.kind === 'open') {
      if (!load) throw new NativeError('library-failed', `no binding ${name} in this program`);
      offered = (await load()).bind(await koffi(), request.options);
      return Object.keys(offered);
    }
    if (request.kind === 'close') return offered?.close?.();
    if (!offered || !Object.hasOwn(offered, request.name))
      throw new NativeError('library-failed', `no function ${request.name}`);
    return offered[request.name]?.(...request.args);
  };
  process.on('message', (request: Request) => {
    const last = request.kind === 'close' ? () => process.exit(0) : undefined;
    handle(request).then(
      (result) => answer({ result }, last),
      (error: unknown) => answer({ error: toSent(error) }, last),
    );
  });
}

async function importKoffi(): Promise<Koffi> {
  return (await import('koffi')).default;
}

function toSent(error: unknown): SentError {
  if (error instanceof LibraryError) {
    const { name, message, called, returned } = error;
    return { name, message, called, returned };
  }
  if (error instanceof NativeError) return { name: error.name, message: error.message, code: error.code };
  // What else is thrown could quote an argument: its kind is enough.
  return { name: error instanceof Error ? error.constructor.name : typeof error, message: '' };
}
