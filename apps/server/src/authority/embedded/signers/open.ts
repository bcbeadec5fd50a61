import { resolve } from 'node:path';
import type { KeyAlgorithm } from '@certdesk/pki';
import type { KdfCost } from '@certdesk/safe';
import { createFileSigner, openFileSigner } from './file.ts';
import { createPkcs11CaSigner, nameOfPkcs11, openPkcs11CaSigner } from './pkcs11.ts';
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

/** @throws DeskError `passphrase-wrong`, `hsm-unavailable`, `hsm-pin`, `configuration-invalid` */
export function openSigner(place: KeyPlace, { folder, passphrase }: SignerContext): Promise<CaSigner> {
  return 'file' in place
    ? openFileSigner(resolve(folder, place.file), passphrase)
    : openPkcs11CaSigner(place, folder);
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
  return 'file' in place
    ? createFileSigner(resolve(context.folder, place.file), algorithm, context)
    : createPkcs11CaSigner(place, algorithm, context.folder);
}

/** How a place is called in messages. */
export function nameOfPlace(place: KeyPlace, folder: string): string {
  return 'file' in place ? resolve(folder, place.file) : nameOfPkcs11(place.pkcs11);
}
