/**
 * Where an issuing CA's private key is. One file beside this one is one kind of place: another kind (an HSM behind SDF,
 * GM/T 0018, which is what SM2 HSMs speak, is not there yet) is one more file, its schema in `KeyPlace` and its line in open.ts.
 */
import type { Signer } from '@certdesk/pki';
import { z } from 'zod';

/** A safe of PKCS#8; named from the authority's folder. */
export const FileKeyPlace = z.strictObject({ file: z.string().min(1) });
export type FileKeyPlace = z.infer<typeof FileKeyPlace>;

/** A key in an HSM, by its PKCS#11 module. */
export const Pkcs11KeyPlace = z.strictObject({
  pkcs11: z.strictObject({
    /** Path of the vendor's module. */
    module: z.string().min(1),
    /** CKA_LABEL of the token, which no other may have, and of the key on it. */
    tokenLabel: z.string().min(1).max(32),
    keyLabel: z.string().min(1).max(255),
    /** File whose first line is the user's PIN; named from the authority's folder. */
    pinFile: z.string().min(1),
  }),
});
export type Pkcs11KeyPlace = z.infer<typeof Pkcs11KeyPlace>;

export const KeyPlace = z.union([FileKeyPlace, Pkcs11KeyPlace]);
export type KeyPlace = z.infer<typeof KeyPlace>;

/**
 * An issuing CA's key, ready to sign. What holds it may go and come back: until then `sign` throws DeskError
 * `authority-unavailable`.
 */
export interface CaSigner extends Signer {
  /** Leaves whatever holds the key. Repeatable. */
  close?(): Promise<void>;
}
