import { createHash } from 'node:crypto';
import { NativeError } from '@certdesk/native';
import { CKF, type Slot, type StartOptions, startPkcs11 } from '@certdesk/pkcs11';
import { KeyError } from '../errors.ts';
import type { Key, KeyDriver, KeyEvent, KeyInfo } from '../key.ts';
import { fromModule } from './errors.ts';
import { keyInfo } from './info.ts';
import { Pkcs11Key } from './key.ts';
import { Session } from './session.ts';
import { SlotWatch } from './watch.ts';

export interface Pkcs11DriverOptions extends Omit<StartOptions, 'path'> {
  /** Path of the maker's module. */
  readonly module: string;
  /** False for tokens that take no data objects (CKO_DATA): they keep no seals. */
  readonly files?: boolean;
  /** Lists tokens that were never initialised, too: for whoever prepares them. */
  readonly uninitialised?: boolean;
  /** How often slots are looked at while somebody watches; 1 second. */
  readonly pollMs?: number;
}

export interface Pkcs11Driver extends KeyDriver {
  /** Ends the process that lists and watches. A driver needs no closing: an idle module keeps no program running. */
  close(): Promise<void>;
}

/** The driver of the tokens that one PKCS#11 module reaches. */
export function pkcs11Driver(options: Pkcs11DriverOptions): Pkcs11Driver {
  const { module: path, files = true, uninitialised = false, pollMs = 1_000, ...start } = options;
  const startModule = () => startPkcs11({ path, ...start });
  // Several modules have slots of the same numbers.
  const prefix = createHash('sha256').update(path).digest('hex').slice(0, 8);
  const refOf = ({ id }: Slot) => `${prefix}-${id}`;
  const isKey = ({ token }: Slot) => uninitialised || (token.flags & CKF.TOKEN_INITIALIZED) !== 0;
  const lister = startModule();
  const watch = new SlotWatch(lister, refOf, isKey, pollMs);

  async function openSession(ref: string): Promise<Session> {
    const process = startModule().process();
    try {
      const slot = (await process.call('slots', [])).find((one) => refOf(one) === ref);
      if (!slot) throw new KeyError('key-removed');
      const session = await Session.open(process, slot);
      watch.note(slot);
      return session;
    } catch (error) {
      await process.stop();
      throw fromModule(error);
    }
  }

  /** The look of a watch may just have crashed the module: what comes after it is asked again, once. */
  function slotsNow(): Promise<Slot[]> {
    return lister.call('slots', []).catch((error: unknown) => {
      if (error instanceof NativeError && error.code === 'library-crashed') return lister.call('slots', []);
      throw error;
    });
  }

  return {
    family: 'pkcs11',

    async list(): Promise<KeyInfo[]> {
      watch.look();
      try {
        const slots = (await slotsNow()).filter(isKey);
        slots.forEach((slot) => {
          watch.note(slot);
        });
        const infos = slots.map(async (slot) => {
          const mechanisms = await lister.call('mechanisms', [slot.id]);
          return keyInfo(refOf(slot), slot.token, mechanisms, files);
        });
        return await Promise.all(infos);
      } catch (error) {
        const keyError = fromModule(error);
        // A token that goes while it is asked is seen by the next look.
        if (keyError.code === 'key-removed') return [];
        throw keyError;
      }
    },

    async open(ref: string): Promise<Key> {
      const another = () => openSession(ref);
      try {
        return new Pkcs11Key({
          ref,
          session: await another(),
          another,
          files,
          onEnd: () => watch.look(),
        });
      } catch (error) {
        watch.look();
        throw error;
      }
    },

    watch: (listener: (event: KeyEvent) => void) => watch.add(listener),

    close: () => lister.close(),
  };
}
