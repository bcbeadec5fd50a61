import type { CallOptions } from '@certdesk/native';
import { KeyError } from '../errors.ts';
import type { Handle, SkfFunctions } from './binding.ts';
import { lie, returnedOf, sar } from './codes.ts';
import { fetchAll, namesIn, type SkfProcess } from './library.ts';
import type { SkfProfile } from './profile.ts';
import { type Abi, allAbis, detectAbi, readStructure, type StructureValues } from './structures.ts';

/** Of lists of names. */
const LIST_ROOM = 4_096;
/** How long other programs may keep a key to themselves before it is said to be busy. */
const LOCK_PATIENCE_MS = 10_000;

export interface OpenApplication {
  readonly name: string;
  readonly handle: Handle;
}

type Name = keyof SkfFunctions & string;

/**
 * A key as one process of the library has it open: its handles are good there alone. One for each key, whoever uses it,
 * because some libraries give the same handle twice and close it once.
 */
export class Connection {
  readonly ref: string;
  readonly profile: SkfProfile;
  readonly process: SkfProcess;
  readonly device: Handle;
  readonly abi: Abi;
  /** Who entered the right PIN. The library knows only that somebody did. */
  readonly logins = new Set<object>();
  /** Those who opened the key. */
  readonly users = new Set<object>();
  /** It was pulled: whatever is plugged in now is another key. */
  gone = false;
  #application: OpenApplication | undefined;

  private constructor(ref: string, profile: SkfProfile, process: SkfProcess, device: Handle, abi: Abi) {
    this.ref = ref;
    this.profile = profile;
    this.process = process;
    this.device = device;
    this.abi = abi;
  }

  /** @throws LibraryError, NativeError, KeyError `key-failed` for an ABI that cannot be told */
  static async open(ref: string, profile: SkfProfile, process: SkfProcess): Promise<Connection> {
    const deadline = { deadlineMs: profile.deadlinesMs.call };
    const device = await process.call('connectDev', [ref], deadline);
    try {
      return new Connection(ref, profile, process, device, await abiOf(process, device, profile));
    } catch (error) {
      await process.call('disConnectDev', [device], deadline).catch(() => undefined);
      throw error;
    }
  }

  call<N extends Name>(
    name: N,
    args: Parameters<SkfFunctions[N]>,
    options: CallOptions = { deadlineMs: this.profile.deadlinesMs.call },
  ): Promise<Awaited<ReturnType<SkfFunctions[N]>>> {
    return this.process.call(name, args, options);
  }

  async deviceInfo(): Promise<StructureValues<'DEVINFO'>> {
    return readStructure('DEVINFO', await this.call('getDevInfo', [this.device, 0]), this.abi);
  }

  /** The application that certificates live in, opened; undefined on a key that has none. */
  async application(): Promise<OpenApplication | undefined> {
    if (this.#application) return this.#application;
    const list = await fetchAll('a list of applications', LIST_ROOM, (room) =>
      this.call('enumApplication', [this.device, room]),
    );
    const names = namesIn(list);
    const wanted = this.profile.application;
    const name = wanted === null ? names[0] : names.find((one) => one === wanted);
    if (name === undefined) return undefined;
    this.#application = { name, handle: await this.call('openApplication', [this.device, name]) };
    return this.#application;
  }

  /** @throws KeyError `key-failed` on a key without our application */
  async neededApplication(): Promise<Handle> {
    const application = await this.application();
    if (!application) throw new KeyError('key-failed', { detail: 'the key was never initialised' });
    return application.handle;
  }

  /** The application is another one now. */
  forgetApplication(): void {
    this.#application = undefined;
  }

  async names(what: 'enumContainer' | 'enumFiles', application: Handle): Promise<string[]> {
    const list = await fetchAll('a list of names', LIST_ROOM, (room) => this.call(what, [application, room]));
    return namesIn(list);
  }

  /** Whether a code says that there is no such key or certificate. */
  isAbsent(error: unknown): boolean {
    const returned = returnedOf(error);
    const known: number[] = [sar.keyNotFound, sar.certificateNotFound, ...this.profile.absentCodes];
    return returned !== undefined && known.includes(returned);
  }

  /** Other programs wait while several calls make one change, where the library can do that. */
  async locked<T>(work: () => Promise<T>): Promise<T> {
    if (!this.profile.lock) return work();
    const held = await this.call('lockDev', [this.device, LOCK_PATIENCE_MS], {
      deadlineMs: LOCK_PATIENCE_MS + this.profile.deadlinesMs.call,
    }).then(
      () => true,
      (error: unknown) => {
        if (returnedOf(error) === sar.notSupported) return false;
        throw error;
      },
    );
    try {
      return await work();
    } finally {
      if (held) await this.call('unlockDev', [this.device]).catch(() => undefined);
    }
  }

  /** Opens a container for as long as `work` takes. */
  async inContainer<T>(
    application: Handle,
    name: string,
    work: (container: Handle) => Promise<T>,
  ): Promise<T> {
    const container = await this.call('openContainer', [application, name]);
    try {
      return await work(container);
    } finally {
      await this.call('closeContainer', [container]).catch(() => undefined);
    }
  }

  /** Gives the handles back. A library that is gone, or that minds, is left alone. */
  async close(): Promise<void> {
    try {
      if (this.#application) await this.call('closeApplication', [this.#application.handle]);
      await this.call('disConnectDev', [this.device]);
    } catch {
      // Pulled, or crashed: there is nothing left to close.
    }
  }
}

async function abiOf(
  process: SkfProcess,
  device: Handle,
  { name, packing, ulongBits, deadlinesMs }: SkfProfile,
): Promise<Abi> {
  if (packing !== 'detect' && ulongBits !== 'detect') return { packing, ulongBits };
  const info = (fill: number) => process.call('getDevInfo', [device, fill], { deadlineMs: deadlinesMs.call });
  const detected = detectAbi(await info(0xa5), await info(0x5a));
  const fits = (abi: Abi) =>
    (packing === 'detect' || abi.packing === packing) &&
    (ulongBits === 'detect' || abi.ulongBits === ulongBits);
  if (detected && fits(detected)) return detected;
  const [only, ...others] = allAbis.filter(fits);
  if (only && others.length === 0) return only;
  throw lie(`its DEVINFO has no size of the standard; say packing and ulongBits in profile ${name}`);
}
