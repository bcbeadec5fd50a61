import type { Koffi } from './binding.ts';
import { NativeError } from './errors.ts';

/**
 * Loads a library, in its process.
 * @param path of the library, or a name that the system's loader finds
 * @throws NativeError `library-missing`
 */
export function loadLibrary(koffi: Koffi, path: string): ReturnType<Koffi['load']> {
  try {
    return koffi.load(path);
  } catch (error) {
    // The loader's own words say what is wrong with it.
    const why = error instanceof Error ? error.message : 'it cannot be loaded';
    throw new NativeError('library-missing', `${path}: ${why}`);
  }
}
