/** The port to whoever makes and keeps encryption key pairs. Private keys leave it in envelopes alone. */
import type { SignedStatement } from '@certdesk/contract';

export interface GivenPair {
  /** The key management's name for the pair. */
  readonly id: string;
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Uint8Array;
  /** SM2EnvelopedKey (GM/T 0009 §7.4), DER: opens with the signing key that it was asked for, and with no other. */
  readonly envelope: Uint8Array;
}

/** Why a pair is out of use. It is kept either way, for what was encrypted to it. */
export type Retirement = 'superseded' | 'withdrawn';

export interface KeyManagement {
  /**
   * Gives an encryption pair for an intent. The same intent gets the same pair however often it asks, for answers get
   * lost; the envelope may be another one.
   * @param intent names what the pair is for; bound with its first use to the signing key
   * @param signingKey SubjectPublicKeyInfo of the signing twin, DER
   * @throws DeskError `key-management-unavailable`; `encryption-pair-bound` when the intent has a pair for another
   *   signing key, or one that is out of use; `key-management-refused`
   */
  give(intent: string, signingKey: Uint8Array): Promise<GivenPair>;
  /**
   * Takes the intent's pair out of use, into the history. An intent that never got one never will. Repeatable.
   * @throws DeskError `key-management-unavailable`, `key-management-refused`
   */
  retire(intent: string, reason: Retirement): Promise<void>;
  /**
   * Gives a pair out again, of whatever age, on the signed commands of two of the key management's own officers. The same
   * two commands get the same pair for the same receiver again, in another envelope, until they are too old.
   * @throws DeskError `recovery-refused`, `recovery-pair-unknown`, `key-management-unavailable`, `key-management-refused`
   */
  recover(order: RecoveryOrder): Promise<RecoveredPair>;
  /** How many pairs there are. @throws DeskError as above */
  count(): Promise<PairCounts>;
}

export interface RecoveryOrder {
  /** Of two officers, in any order: what to recover, for whom, and why. */
  readonly commands: readonly [SignedStatement, SignedStatement];
  /** The encryption certificate that they name, DER. */
  readonly certificate: Uint8Array;
  /** The signing certificate that they name, DER: the envelope is for its key. */
  readonly receiver: Uint8Array;
  /** CA certificates between these two and the key management's roots, DER. */
  readonly issuers: readonly Uint8Array[];
}

export type RecoveredPair = Pick<GivenPair, 'publicKey' | 'envelope'>;

export interface PairCounts {
  readonly spare: number;
  readonly inUse: number;
  readonly history: number;
}
