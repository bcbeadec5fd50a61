import { resolve } from 'node:path';
import { openFileSigner } from './file.ts';
import type { CaSigner, KeyPlace } from './signer.ts';

/** What opening any kind of key may need. */
export interface SignerContext {
  /** Files are named from here. */
  readonly folder: string;
  /** Of sealed files. */
  readonly passphrase: string;
}

/** @throws DeskError `passphrase-wrong`, `configuration-invalid` */
export function openSigner(place: KeyPlace, { folder, passphrase }: SignerContext): Promise<CaSigner> {
  return openFileSigner(resolve(folder, place.file), passphrase);
}

/** How a place is called in messages. */
export function nameOfPlace(place: KeyPlace, folder: string): string {
  return resolve(folder, place.file);
}
