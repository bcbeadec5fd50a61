import type { Native } from '@certdesk/native';
import { KeyError } from '../errors.ts';
import type { Key, KeyDriver, KeyEvent, KeyInfo } from '../key.ts';
import type { SkfFunctions } from './binding.ts';
import { fromSkf } from './codes.ts';
import { Connection } from './connection.ts';
import { keyInfo } from './info.ts';
import { SkfKey } from './key.ts';
import { fetchAll, type LibraryOptions, namesIn, startSkf } from './library.ts';
import { Watch } from './watch.ts';

const LIST_ROOM = 4_096;

export type SkfDriverOptions = LibraryOptions;

/** The driver of the keys that one maker's SKF library (GM/T 0016) reaches. */
export function skfDriver(options: SkfDriverOptions): SkfDriver {
  return new SkfDriver(options);
}

export class SkfDriver implements KeyDriver {
  readonly family = 'skf';
  readonly #options: LibraryOptions;
  readonly #native: Native<SkfFunctions>;
  readonly #connections = new Map<string, Connection>();
  readonly #watches = new Set<Watch>();
  #turn: Promise<unknown> = Promise.resolve();
  /** What was plugged in when it was last looked at; undefined before that. */
  #seen: readonly string[] | undefined;

  constructor(options: LibraryOptions) {
    this.#options = options;
    this.#native = startSkf(options);
  }

  list(): Promise<KeyInfo[]> {
    return this.inTurn(async () => {
      const infos: KeyInfo[] = [];
      const troubles: KeyError[] = [];
      for (const ref of await this.#present().catch(asKeyError)) {
        const info = await this.#info(ref);
        if (!(info instanceof KeyError)) infos.push(info);
        else if (info.code !== 'key-removed') troubles.push(info);
      }
      // A key that cannot be read must not hide the others. Where none can be, the library or its profile is to blame.
      if (infos.length === 0 && troubles[0]) throw troubles[0];
      return infos;
    });
  }

  open(ref: string): Promise<Key> {
    return this.inTurn(async () => {
      try {
        return new SkfKey(this, await this.connection(ref));
      } catch (cause) {
        throw await this.explain(ref, cause);
      }
    });
  }

  watch(listener: (event: KeyEvent) => void): () => void {
    const watch = new Watch(this.#options, listener, this.#seen, () => this.inTurn(() => this.#present()));
    this.#watches.add(watch);
    return () => {
      this.#watches.delete(watch);
      watch.stop();
    };
  }

  /** Ends the library's process, if it runs. The driver is of no use after it. */
  async close(): Promise<void> {
    for (const watch of this.#watches) watch.stop();
    this.#watches.clear();
    await this.#native.close();
  }

  /** One thing at a time: what takes several calls is not to be mixed with what another does. */
  inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => undefined);
    return result;
  }

  /** The key as it is open in the process that runs now. @throws KeyError `key-removed`; what the library throws */
  async connection(ref: string): Promise<Connection> {
    const known = this.#connections.get(ref);
    if (known?.process.alive && !known.gone) return known;
    this.#connections.delete(ref);
    if (!(await this.#present()).includes(ref)) throw new KeyError('key-removed');
    const opened = await Connection.open(ref, this.#options.profile, this.#native.process());
    this.#connections.set(ref, opened);
    return opened;
  }

  /** Closes a connection that nobody uses any more. */
  async release(connection: Connection): Promise<void> {
    if (connection.users.size > 0) return;
    if (this.#connections.get(connection.ref) === connection) this.#connections.delete(connection.ref);
    await connection.close();
  }

  /**
   * What went wrong, as a KeyError. Libraries answer anything for a key that was pulled in the middle of a call: of whatever
   * is not plain, the list of devices tells.
   */
  async explain(ref: string, cause: unknown): Promise<KeyError> {
    const error = fromSkf(cause);
    const pulled = error.code === 'key-removed' || (isUnclear(error) && !(await this.#isStillThere(ref)));
    if (!pulled) return error;
    const connection = this.#connections.get(ref);
    this.#connections.delete(ref);
    if (connection) {
      connection.gone = true;
      await connection.close();
    }
    this.#lookAgain();
    return error.code === 'key-removed' ? error : new KeyError('key-removed', { cause });
  }

  async #isStillThere(ref: string): Promise<boolean> {
    try {
      return (await this.#present()).includes(ref);
    } catch {
      return true;
    }
  }

  async #present(): Promise<string[]> {
    const process = this.#native.process();
    const deadline = { deadlineMs: this.#options.profile.deadlinesMs.call };
    const list = await fetchAll('a list of keys', LIST_ROOM, (room) =>
      process.call('enumDev', [room], deadline),
    );
    const names = namesIn(list);
    const before = this.#seen;
    this.#seen = names;
    for (const [ref, connection] of this.#connections) {
      // What is plugged in under this name later is another key.
      if (!names.includes(ref)) connection.gone = true;
    }
    if (before) this.#lookAgain();
    return names;
  }

  #lookAgain(): void {
    for (const watch of this.#watches) watch.saw(this.#seen ?? []);
  }

  /** @returns why it cannot be read, if it cannot */
  async #info(ref: string): Promise<KeyInfo | KeyError> {
    try {
      const connection = await this.connection(ref);
      try {
        return await keyInfo(connection);
      } finally {
        await this.release(connection);
      }
    } catch (cause) {
      return this.explain(ref, cause);
    }
  }
}

function isUnclear(error: KeyError): boolean {
  return [
    'key-failed',
    'key-busy',
    'not-supported',
    'envelope-invalid',
    'login-needed',
    'key-pair-not-found',
  ].includes(error.code);
}

function asKeyError(error: unknown): never {
  throw fromSkf(error);
}
