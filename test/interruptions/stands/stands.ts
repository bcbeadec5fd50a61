/** Every kind of key that the interruptions are tried on. */
import { findSoftHsm, hasProgram } from '../../../tools/pkcs11-peers.mjs';
import { whyNoSoftwareSkf } from '../../../tools/skf-software.mjs';
import { skfStand } from './skf.ts';
import { softHsmStand } from './softhsm.ts';
import type { MakeStand } from './stand.ts';
import { virtualStand } from './virtual.ts';

interface Stand {
  readonly make: MakeStand;
  /** Whether this machine has what it takes. */
  readonly here: boolean;
}

export const stands = {
  virtual: { make: virtualStand, here: true },
  softhsm: { make: softHsmStand, here: findSoftHsm() !== undefined && hasProgram('gcc') },
  skf: { make: skfStand, here: whyNoSoftwareSkf() === undefined },
} satisfies Record<string, Stand>;

export type StandName = keyof typeof stands;

/** @throws Error for a name that is none */
export function standNamed(name: string): Stand {
  if (!Object.hasOwn(stands, name))
    throw new Error(`There is no kind of key "${name}": ${Object.keys(stands).join(', ')}.`);
  return stands[name as StandName];
}
