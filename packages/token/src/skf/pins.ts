import { LibraryError } from '@certdesk/native';
import { KeyError } from '../errors.ts';
import type { PinState } from '../key.ts';
import type { Handle, PinResult } from './binding.ts';
import { fromSkf, sar } from './codes.ts';
import type { Connection } from './connection.ts';

/** ADMIN_TYPE and USER_TYPE. */
export const pinTypes = { admin: 0, user: 1 } as const;
export type PinOwner = keyof typeof pinTypes;

/** No key counts further. */
const MOST_TRIES = 255;

export async function pinState(
  connection: Connection,
  application: Handle,
  owner: PinOwner,
): Promise<PinState> {
  const { max, tries, initial } = await connection.call('getPinInfo', [application, pinTypes[owner]]);
  if (max < 1 || max > MOST_TRIES || tries > max) return { flag: 'unknown' };
  const flag = tries === 0 ? 'locked' : tries === 1 ? 'final' : tries < max ? 'low' : 'ok';
  return { tries, maxTries: max, flag, initial };
}

/**
 * Looks before a call that costs one of the admin PIN's tries if the PIN is wrong.
 * @throws KeyError `admin-pin-locked`; `admin-pin-last-tries` when only those are left that are never spent
 */
export async function needAdminTries(connection: Connection, application: Handle): Promise<void> {
  const { tries } = await pinState(connection, application, 'admin');
  if (tries === 0) throw new KeyError('admin-pin-locked', { tries });
  if (tries !== undefined && tries <= connection.profile.adminTriesKept)
    throw new KeyError('admin-pin-last-tries', { tries });
}

/**
 * @param called the function that was given a PIN
 * @throws KeyError `pin-incorrect`, `pin-locked`, or the admin PIN's
 */
export function checkPinResult(called: string, { returned, tries }: PinResult, owner: PinOwner): void {
  if (returned === sar.ok) return;
  const known = tries <= MOST_TRIES ? { tries } : {};
  const wrong = returned === sar.pinIncorrect;
  if (returned === sar.pinLocked || (wrong && tries === 0))
    throw new KeyError(owner === 'user' ? 'pin-locked' : 'admin-pin-locked', { tries: 0 });
  if (wrong) throw new KeyError(owner === 'user' ? 'pin-incorrect' : 'admin-pin-incorrect', known);
  throw fromSkf(new LibraryError(called, returned));
}
