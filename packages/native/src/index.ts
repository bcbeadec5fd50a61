export type { Bind, BindingPlace, Functions, Koffi } from './binding.ts';
export { LibraryError, NativeError, type NativeErrorCode } from './errors.ts';
export { HOST_ARGUMENT, type HostParts, isNativeHost, runNativeHost } from './host.ts';
export { loadLibrary } from './load.ts';
export { type Native, type NativeOptions, startNative } from './native.ts';
export { type CallOptions, NativeProcess } from './process.ts';
export { HOST_PROGRAM_VARIABLE } from './start.ts';
