/**
 * Where an issuing CA's private key is. One file beside this one is one kind of place: another kind (an HSM behind SDF,
 * GM/T 0018, say) is one more file, its entry in `KeyPlace` and its line in open.ts.
 */
import type { Signer } from '@certdesk/pki';
import { z } from 'zod';

export const FileKeyPlace = z.strictObject({ file: z.string().min(1) });

export const KeyPlace = FileKeyPlace;
export type KeyPlace = z.infer<typeof KeyPlace>;

/** An issuing CA's key, ready to sign. */
export interface CaSigner extends Signer {
  /** Leaves whatever holds the key. Repeatable. */
  close?(): Promise<void>;
}
