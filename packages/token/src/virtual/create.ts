import { randomUUID } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { DEFAULT_COST, type KdfCost, writeFileAtomically } from '@certdesk/safe';
import { KeyError } from '../errors.ts';
import { checkPinFormat } from '../pin-format.ts';
import { isRef, keyPath, withKeyLock } from './key-file.ts';
import { newPin } from './pins.ts';
import { type Contents, type State, serialize } from './state.ts';
import { StorageKey } from './storage-key.ts';
import { encryptUnblockKey, nextUnblock } from './unblock.ts';

export interface VirtualKeyOptions {
  /** An existing folder: the slots that keys are plugged into. */
  readonly folder: string;
  /** The key's `ref` and, with `.key`, its file: letters, digits, `.`, `_`, `-`, at most 64. */
  readonly name: string;
  readonly serial: string;
  readonly label: string;
  /** 6 to 16 printable ASCII characters each. */
  readonly pin: string;
  readonly adminPin: string;
  /** Wrong PINs in a row until it locks, 1 to 255; 10. */
  readonly maxTries?: number;
  readonly maxAdminTries?: number;
  /** Containers that fit; 4. With one alone the key holds two key pairs, the least that the standard asks for (GM/T 0027). */
  readonly containers?: number;
  /** Bytes for all files together; 256 KiB. */
  readonly fileSpace?: number;
  /** scrypt's cost for each PIN that is tried. */
  readonly kdfCost?: KdfCost;
  /** 16 bytes shared with the CA: offers unblocking by challenge. */
  readonly unblockKey?: Uint8Array;
}

const LOCK_PATIENCE_MS = 10_000;

/**
 * Makes a virtual key and plugs it in.
 * @throws KeyError `pin-format`; `key-failed` if a key of that name is there; RangeError for other options out of range
 */
export async function createVirtualKey(options: VirtualKeyOptions): Promise<void> {
  const contents = contentsOf(options);
  checkPinFormat(options.pin, options.adminPin);
  const { folder, name } = options;
  await withKeyLock(folder, name, LOCK_PATIENCE_MS, async () => {
    const path = keyPath(folder, name);
    if (await exists(path)) throw new KeyError('key-failed', { detail: 'a virtual key of that name exists' });
    const state = await firstState(contents, options);
    await writeFileAtomically(path, serialize({ state, revision: randomUUID() }));
  });
}

/** The state of a key fresh from the factory: a storage key of its own, both PINs initial, the counters full. */
export async function firstState(
  contents: Contents,
  { pin, adminPin, unblockKey }: Pick<VirtualKeyOptions, 'pin' | 'adminPin' | 'unblockKey'>,
): Promise<State> {
  const storageKey = StorageKey.generate();
  const own = unblockKey ? { ...contents, unblockKey: encryptUnblockKey(storageKey, unblockKey) } : contents;
  return {
    ...storageKey.authenticate(own),
    pin: await newPin(own, 'pin', storageKey, pin),
    adminPin: await newPin(own, 'adminPin', storageKey, adminPin),
    ...(unblockKey && { unblock: nextUnblock(storageKey, unblockKey) }),
  };
}

function contentsOf(options: VirtualKeyOptions): Contents {
  if (!isRef(options.name)) throw new RangeError('name: letters, digits, ".", "_" and "-" only, at most 64');
  if (options.unblockKey && options.unblockKey.length !== 16) throw new RangeError('unblockKey: 16 bytes');
  return {
    label: options.label,
    serial: options.serial,
    maxTries: inRange('maxTries', options.maxTries ?? 10, 1, 255),
    maxAdminTries: inRange('maxAdminTries', options.maxAdminTries ?? 10, 1, 255),
    maxContainers: inRange('containers', options.containers ?? 4, 1, 64),
    fileSpace: inRange('fileSpace', options.fileSpace ?? 256 * 1024, 0, 16 * 1024 * 1024),
    kdfCost: options.kdfCost ?? DEFAULT_COST,
    containers: [],
    files: [],
  };
}

function inRange(name: string, value: number, min: number, max: number): number {
  if (!Number.isSafeInteger(value) || value < min || value > max)
    throw new RangeError(`${name}: ${min} to ${max}`);
  return value;
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    (error: unknown) => {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false;
      throw error;
    },
  );
}
