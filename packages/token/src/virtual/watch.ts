import { type FSWatcher, readdirSync, watch } from 'node:fs';
import type { KeyEvent } from '../key.ts';
import { EXTENSION, isRef } from './key-file.ts';

/** Folders on network drives and in some containers report nothing: they are looked at, too. */
const POLL_MS = 500;

/** Names of the keys whose files are in the folder, sorted. A folder that is not there is an empty one. */
export function presentRefs(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith(EXTENSION))
      .map((name) => name.slice(0, -EXTENSION.length))
      .filter(isRef)
      .sort();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}

export interface FolderWatch {
  /** Looks at once, and tells what came and went: for whoever finds a key missing before the folder said so. */
  look(): void;
  stop(): void;
}

/** Tells the listener of each key file that comes or goes from now on. */
export function watchFolder(folder: string, listener: (event: KeyEvent) => void): FolderWatch {
  let known = new Set(presentRefs(folder));
  let watcher: FSWatcher | undefined;
  const look = () => {
    const present = new Set(presentRefs(folder));
    const before = known;
    known = present;
    for (const ref of before) if (!present.has(ref)) listener({ kind: 'removed', ref });
    for (const ref of present) if (!before.has(ref)) listener({ kind: 'inserted', ref });
  };
  const notice = () => {
    watcher ??= tryWatching(folder, look, () => {
      watcher = undefined;
    });
    look();
  };
  notice();
  const timer = setInterval(notice, POLL_MS).unref();
  return {
    look,
    stop() {
      clearInterval(timer);
      watcher?.close();
    },
  };
}

function tryWatching(folder: string, look: () => void, lost: () => void): FSWatcher | undefined {
  try {
    const watcher = watch(folder, { persistent: false }, look);
    watcher.on('error', () => {
      watcher.close();
      lost();
    });
    return watcher;
  } catch {
    return undefined;
  }
}
