import type { KdfCost } from '@certdesk/safe';
import { KeyError, toKeyError } from '../errors.ts';
import type { Key, KeyDriver, KeyEvent, KeyInfo } from '../key.ts';
import { keyInfo } from './info.ts';
import { VirtualKey } from './key.ts';
import { isRef, KeyFile } from './key-file.ts';
import type { State } from './state.ts';
import { type FolderWatch, presentRefs, watchFolder } from './watch.ts';

export interface VirtualDriverOptions {
  /** A key is plugged in by moving its file `<name>.key` here, and pulled by moving it away. */
  readonly folder: string;
  /** scrypt's cost for the PINs that are set through this driver; without it, the one the key was made with. */
  readonly kdfCost?: KdfCost;
  /** How long an operation waits for another process that uses the same key until it says `key-busy`; 10 seconds. */
  readonly patienceMs?: number;
}

/** The driver of the virtual keys in a folder. */
export function virtualDriver({ folder, kdfCost, patienceMs = 10_000 }: VirtualDriverOptions): KeyDriver {
  const watches = new Set<FolderWatch>();
  // A key that is back before the folder was looked at again would else have gone and come unseen by those who watch.
  const lookAgain = () => {
    for (const watch of watches) watch.look();
  };
  return {
    family: 'virtual',
    async list(): Promise<KeyInfo[]> {
      lookAgain();
      const found = presentRefs(folder).map((ref) => infoIfReadable(new KeyFile(folder, ref, patienceMs)));
      return (await Promise.all(found)).filter((info) => info !== undefined);
    },
    async open(ref: string): Promise<Key> {
      if (!isRef(ref)) throw new KeyError('key-removed');
      const file = new KeyFile(folder, ref, patienceMs);
      await readable(file).catch((error: unknown) => {
        lookAgain();
        throw error;
      });
      return new VirtualKey(file, kdfCost);
    },
    watch(listener: (event: KeyEvent) => void): () => void {
      const watch = watchFolder(folder, listener);
      watches.add(watch);
      return () => {
        watches.delete(watch);
        watch.stop();
      };
    },
  };
}

async function readable(file: KeyFile): Promise<State> {
  try {
    return await file.read();
  } catch (error) {
    throw toKeyError(error);
  }
}

/** A damaged key must not hide the others: `open` says what is wrong with it. */
async function infoIfReadable(file: KeyFile): Promise<KeyInfo | undefined> {
  return readable(file).then(
    (state) => keyInfo(file.ref, state),
    () => undefined,
  );
}
