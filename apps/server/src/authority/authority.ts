/** The port to whoever signs certificates. One folder beside this file is one way to issue. */
import type { IdentityNumber } from '@certdesk/contract';
import type { Certificate, KeyAlgorithm } from '@certdesk/pki';
import type { Tx } from '../schema/database.ts';

/** All that goes into a certificate beside its key and its serial number. Plain JSON, stored with the intent. */
export interface IntentContent {
  readonly entityName: string;
  /** Subject, DER in base64: a renewal repeats the old certificate's name octet for octet. */
  readonly subject: string;
  readonly identityNumbers: readonly IdentityNumber[];
  /** RFC 3339; whole seconds. */
  readonly notBefore: string;
  readonly notAfter: string;
}

/** Without `notBefore` the certificate begins a little before it is issued, as the profile says. */
export type RequestedContent = Omit<IntentContent, 'notBefore'> & { readonly notBefore?: string };

export interface IntentRequest {
  /** The same again is the same intent. */
  readonly idempotencyKey: string;
  /** Name of a certificate profile. */
  readonly profile: string;
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Uint8Array;
  /** SHA-256, lower-case hex, of what was asked for. */
  readonly requestDigest: string;
  /** The PKCS#10 request that was verified, DER: another CA may want it whole. */
  readonly request?: Uint8Array;
  readonly content: RequestedContent;
  /** Without a case there is no proof to wait for: the certificate comes into force when it is issued. */
  readonly caseId?: string;
  readonly lineId?: string;
  readonly entityId?: string;
}

export interface IssuedRecord {
  readonly id: string;
  /** SHA-256 of the certificate, lower-case hex. */
  readonly digest: string;
  readonly der: Uint8Array;
  /** Lower-case hex. */
  readonly serialNumber: string;
  /** Name of the CA that issued it, as `chain` takes it. */
  readonly issuer: string;
  readonly publicKeyDigest: string;
}

/** What commits together with a certificate. */
export interface Continuation {
  /** Takes the locks that come before the intent's, so that everybody takes them in one order. */
  lock?(tx: Tx): Promise<void>;
  /** Not run again for a certificate that is there already. */
  settle?(tx: Tx, certificate: IssuedRecord): Promise<void>;
  /** The CA refused: the intent is withdrawn, and nothing will come of it. */
  refuse?(tx: Tx): Promise<void>;
}

/** What commits together with a confirmation's end. */
export interface Confirmation {
  /** As a continuation's. */
  lock?(tx: Tx): Promise<void>;
  /** `lost`: the CA has withdrawn the certificate, or may have. Without this it is revoked in the register. */
  settle?(tx: Tx, outcome: 'confirmed' | 'lost'): Promise<void>;
}

export interface Authority {
  /**
   * Writes down what is to be signed, in the caller's transaction.
   * @throws DeskError `request-id-reused` (same key, other content or withdrawn since), `request-key`,
   *   `request-key-used` (outside cases), `request-invalid` (not what the profile allows), `term-not-offered` (longer
   *   than the profile allows, or outlives the issuing CA)
   */
  intend(
    tx: Tx,
    request: IntentRequest,
    now: Date,
  ): Promise<{ intentId: string; serialNumber: string | null }>;
  /**
   * Signs outside any transaction, then stores the certificate and settles the intent in one transaction. Repeatable
   * from any node: whoever commits first wins, and all get that certificate.
   * @throws DeskError `case-state` when the intent was withdrawn, `authority-unavailable`; of another CA
   *   `issuing-not-yet` and `issuing-waits` (it takes its time: the intent stays open, and a job goes on with it),
   *   `issuing-refused`
   */
  finish(intentId: string, continuation?: Continuation): Promise<IssuedRecord>;
  /**
   * The holder's key has proved its certificate: from now on the CA is owed a confirmation, if it wants one.
   * @returns whether the certificate may come into force at once; if not, `confirm` says when
   */
  proved(tx: Tx, intentId: string, now: Date): Promise<boolean>;
  /**
   * Confirms a certificate to its CA where that is owed, and finds out where it is too late for that. Repeatable from any
   * node; settles once.
   * @throws DeskError `authority-unavailable`, `issuing-not-yet` while another node is at it
   */
  confirm(intentId: string, confirmation?: Confirmation): Promise<void>;
  /** Issued certificates that `confirm` has something to do for. */
  unconfirmed(now: Date, limit: number): Promise<readonly { intentId: string; caseId: string | null }[]>;
  /**
   * What is done when nobody asks: revocations are passed on, certificates that nobody wants any more are rejected.
   * @returns what failed, by intent or certificate; tried again at the next run
   */
  tend(): Promise<readonly { what: string; error: unknown }[]>;
  /** Intended → withdrawn, and nothing that is signed all the same comes into use; issued → its certificate is revoked. Repeatable. */
  withdraw(tx: Tx, intentId: string, now: Date): Promise<void>;
  /** Content for a certificate that says of its holder what this one says. */
  contentLike(certificate: Certificate, notAfter: Date): RequestedContent;
  /**
   * Certificates from an issuing CA up to its root, DER.
   * @param issuer its name, as a certificate's row has it; without it, or where it is none of this authority's: the one
   *   that issues now what no other is named for
   */
  chain(issuer?: string): Uint8Array[];
  /** CA certificates between holders and roots: this authority's, now and earlier, and those that imported certificates need. DER. */
  intermediates(): Uint8Array[];
  /** Trusted roots, also of imported certificates. DER. */
  roots(): Uint8Array[];
  /**
   * End of validity of the CA that would issue now by this profile for such a key: no certificate outlives it.
   * @param algorithm without it, the profile's first
   */
  notAfter(profile: string, algorithm?: KeyAlgorithm): Date;
}
