/** The port to whoever makes and keeps encryption key pairs. Private keys leave it in envelopes alone. */

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
  /** How many pairs there are. @throws DeskError as above */
  count(): Promise<PairCounts>;
}

export interface PairCounts {
  readonly spare: number;
  readonly inUse: number;
  readonly history: number;
}
