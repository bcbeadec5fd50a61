/** The binding of the test's library. */
import { type Bind, type Koffi, LibraryError, loadLibrary } from './index.ts';

function functionsOf(koffi: Koffi, path: string) {
  const library = loadLibrary(koffi, path);
  const next = library.func('int next(void)');
  const add = library.func('int add(int a, int b)');
  const crash = library.func('void crash(void)');
  const leave = library.func('void leave(int code)');
  const hang = library.func('void hang(void)');
  const shout = library.func('void shout(const char *what)');
  const environment = library.func('const char *environment(const char *name)');
  const invert = library.func('void invert(_Inout_ unsigned char *bytes, int length)');
  return {
    next: (): number => next(),
    add: (a: number, b: number): number => add(a, b),
    crash: (): void => crash(),
    leave: (code: number): void => leave(code),
    hang: (): void => hang(),
    shout: (what: string): void => shout(what),
    environment: (name: string): string | null => environment(name),
    invert(bytes: Uint8Array): Uint8Array {
      invert(bytes, bytes.length);
      return bytes;
    },
    pid: (): number => process.pid,
    args: (): string[] => process.argv.slice(2),
    refuse: (code: number): void => {
      throw new LibraryError('refuse', code);
    },
    throwAway: (secret: string): void => {
      throw new RangeError(`not good: ${secret}`);
    },
    close: (): void => {},
  };
}

export type TestFunctions = ReturnType<typeof functionsOf>;
export const bind: Bind<{ path: string }, TestFunctions> = (koffi, { path }) => functionsOf(koffi, path);
