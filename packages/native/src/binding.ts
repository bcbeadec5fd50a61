import type koffi from 'koffi';

export type Koffi = typeof koffi;

/**
 * What a binding offers to be called from outside. Arguments and results travel between processes by structured
 * clone: plain objects, numbers, bigints, strings and Uint8Arrays pass. One call runs at a time.
 */
// biome-ignore lint/suspicious/noExplicitAny: arguments differ by function, and methods' parameters are contravariant
export type Functions = Record<string, (...args: any[]) => unknown>;

/**
 * A binding module exports a `bind` of this shape. It runs in the library's process, and throws `NativeError`
 * `library-missing` for a library that cannot be loaded, `LibraryError` for what a call returned.
 * A function named `close` is called before an orderly end.
 */
export type Bind<Options, Offered extends Functions> = (koffi: Koffi, options: Options) => Offered;

/** A binding, as whoever uses it names it. */
export interface BindingPlace {
  /** By which a program that is one file finds it: see `runNativeHost`. */
  readonly name: string;
  /** The module that exports `bind`. A function, because there are no module addresses in a program that is one file. */
  readonly module: () => URL;
}

/** What the parent sends. */
export type Request =
  | { readonly kind: 'open'; readonly options: unknown }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly unknown[] }
  | { readonly kind: 'close' };

/** What the host answers, one to each request. */
export type Answer = { readonly result: unknown } | { readonly error: SentError };

export interface SentError {
  readonly name: string;
  readonly message: string;
  readonly code?: string;
  readonly called?: string;
  readonly returned?: number;
}
