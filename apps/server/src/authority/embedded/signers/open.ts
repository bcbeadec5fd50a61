import { resolve } from 'node:path';
import type { KeyAlgorithm } from '@certdesk/pki';
import type { KdfCost } from '@certdesk/safe';
import { createFileSigner, openFileSigner } from './file.ts';
import type { CaSigner, KeyPlace } from './signer.ts';

/** What opening any kind of key may need. */
export interface SignerContext {
  /** Files are named from here. */
  readonly folder: string;
  /** Of sealed files. */
  readonly passphrase: string;
  /** Of sealed files that are made. */
  readonly cost?: KdfCost | undefined;
}

/** @throws DeskError `passphrase-wrong`, `configuration-invalid` */
export function openSigner(place: KeyPlace, { folder, passphrase }: SignerContext): Promise<CaSigner> {
  return openFileSigner(resolve(folder, place.file), passphrase);
}

/**
 * Makes a key at a place, or opens the one that a command left there which was cut off.
 * @throws DeskError as `openSigner`
 */
export function createSigner(
  place: KeyPlace,
  algorithm: KeyAlgorithm,
  context: SignerContext,
): Promise<CaSigner> {
  return createFileSigner(resolve(context.folder, place.file), algorithm, context);
}

/** How a place is called in messages. */
export function nameOfPlace(place: KeyPlace, folder: string): string {
  return resolve(folder, place.file);
}
