/** What the single executable carries besides its program: the window's files, the native addon, the version. */

/** Of `node:sea`, which the types of Node 20 lack. */
interface Sea {
  isSea(): boolean;
  getAsset(name: string): ArrayBuffer;
}

const sea = process.getBuiltinModule('node:sea') as Sea | undefined;

/** Whether this program is one file, or many files that Node runs. */
export const isSingleFile: boolean = sea?.isSea() ?? false;

/**
 * @returns undefined where the program is no single file
 * @throws Error when it is and lacks the asset: it was not packaged whole
 */
export function asset(name: string): Buffer | undefined {
  return isSingleFile && sea ? Buffer.from(sea.getAsset(name)) : undefined;
}

/** The names that tools/package writes and this program reads. */
export const assetName = {
  version: 'version',
  windowScript: 'window.js',
  windowStyle: 'window.css',
  koffi: 'koffi.node',
} as const;
