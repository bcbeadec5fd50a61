import type { Setting } from '../run.ts';
import type { Part } from './parts.ts';

/** Told of a company of its own, from its first sign-in to a new certificate on its key. */
export interface Story extends Setting {
  readonly parts: readonly Part[];
}
