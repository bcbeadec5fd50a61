import type { KdfCost } from '@certdesk/safe';
import { KeyError } from '../errors.ts';
import type { PinState } from '../key.ts';
import { checkPinFormat } from '../pin-format.ts';
import type { KeyFile } from './key-file.ts';
import type { PinRecord, State } from './state.ts';
import { StorageKey } from './storage-key.ts';

export type PinName = 'pin' | 'adminPin';

/**
 * Tries a PIN and, if it is right, writes what `change` makes of the state. The try is taken off the counter and on the
 * disk *before* the PIN is tried: whoever kills the process while it computes has used up the try.
 * @param attempt gives the storage key for the right secret, undefined for a wrong one
 * @throws KeyError `pin-incorrect` / `admin-pin-incorrect` with the tries left, `pin-locked` / `admin-pin-locked`
 */
export function spendTry<T>(
  file: KeyFile,
  name: PinName,
  attempt: (state: State) => Promise<StorageKey | undefined>,
  change: (state: State, storageKey: StorageKey) => Promise<{ state: State; result: T }>,
): Promise<T> {
  return file.exclusively(async (before, write) => {
    if (before[name].tries <= 0) throw locked(name);
    const tries = before[name].tries - 1;
    await write(withTries(before, name, tries));
    const storageKey = await attempt(before);
    if (!storageKey) throw tries === 0 ? locked(name) : incorrect(name, tries);
    storageKey.checkContents(before);
    const { state, result } = await change(withTries(before, name, maxTries(before, name)), storageKey);
    await write(state);
    return result;
  });
}

/** @returns an attempt with a PIN for `spendTry` */
export function byPin(name: PinName, pin: string): (state: State) => Promise<StorageKey | undefined> {
  checkPinFormat(pin);
  return (state) => StorageKey.openUnderPin(state[name].sealed, pin);
}

/** The state with another PIN set: its counter full, and no longer the first one. */
export async function withPin(
  state: State,
  name: PinName,
  storageKey: StorageKey,
  pin: string,
  cost: KdfCost = state.contents.kdfCost,
): Promise<State> {
  const record = await newPin({ ...state.contents, kdfCost: cost }, name, storageKey, pin);
  return { ...state, [name]: { ...record, initial: false } };
}

/** The record of the first PIN of a key. */
export async function newPin(
  contents: State['contents'],
  name: PinName,
  storageKey: StorageKey,
  pin: string,
): Promise<PinRecord> {
  const sealed = await storageKey.sealUnderPin(pin, contents.kdfCost);
  return { sealed, tries: name === 'pin' ? contents.maxTries : contents.maxAdminTries, initial: true };
}

export function pinState(state: State, name: PinName): PinState {
  const { tries, initial } = state[name];
  const max = maxTries(state, name);
  const flag = tries <= 0 ? 'locked' : tries === 1 ? 'final' : tries < max ? 'low' : 'ok';
  return { tries, maxTries: max, flag, initial };
}

export function incorrect(name: PinName, tries: number): KeyError {
  return new KeyError(name === 'pin' ? 'pin-incorrect' : 'admin-pin-incorrect', { tries });
}

function locked(name: PinName): KeyError {
  return new KeyError(name === 'pin' ? 'pin-locked' : 'admin-pin-locked', { tries: 0 });
}

function maxTries(state: State, name: PinName): number {
  return name === 'pin' ? state.contents.maxTries : state.contents.maxAdminTries;
}

function withTries(state: State, name: PinName, tries: number): State {
  return { ...state, [name]: { ...state[name], tries } };
}
