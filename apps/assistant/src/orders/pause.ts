import { setTimeout as after } from 'node:timers/promises';
import type { Pause } from './fresh-order.ts';

/** Timers run on the monotonic clock: setting the PC's clock changes nothing. */
export const pause: Pause = (ms, signal) => after(ms, undefined, { signal });

export const sleep = (ms: number): Promise<void> => after(ms);
