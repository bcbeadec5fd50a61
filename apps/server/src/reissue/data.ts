import type {
  AmendmentCase,
  CaseState,
  Comparison,
  IdentityKind,
  IdentityNumber,
  KeyAlgorithm,
  Leftover,
  RenewalCase,
} from '@certdesk/contract';
import type { DeskCase } from '../cases/case.ts';

/** What proves an encryption key: a secret that only it can read, whose check value comes back. */
export interface EncryptionProof {
  /** SM2Cipher of an SM4 key for the encryption key, DER in base64. */
  readonly wrappedKey: string;
  /** The secret under that SM4 key: ECB, two blocks, base64. */
  readonly data: string;
  /** SHA-256 of the check value: nothing that is stored makes the answer. */
  readonly expected: string;
}

/** What a case keeps that puts a new certificate in the place of the old one, whichever its journey. */
export interface ReissueData {
  /** SHA-256 of the old certificate's public key: how the key is known. */
  readonly oldKey: string;
  /** Profile of the new certificate and kind of its key pair, as the configuration had them when the case was opened. */
  readonly profile: string;
  readonly algorithm: KeyAlgorithm;
  /** The profile's rule for encryption twins, if it has one; `keep`: former containers that stay on the key. */
  readonly twin: { readonly encryption: string; readonly keep: number } | null;
  /** Whether the pair that is there may get the new certificates where there is no room. */
  readonly recertify: boolean;
  /** The pairs that are there get the new certificates, and no others may. */
  readonly keepsPairs?: true;
  readonly comparison: Comparison | null;
  readonly referral: RenewalCase['referral'] | AmendmentCase['referral'];
  /** Numbers that come into the new certificate, and what was left out; absent: nobody has decided. */
  readonly added?: readonly IdentityNumber[];
  readonly declined?: readonly IdentityKind[];
  /** End of validity of the new certificate, RFC 3339; null until it is known. */
  readonly notAfter: string | null;
  /** Container for the new key pair, fixed when the case is opened; null: none is made. */
  readonly container: string | null;
  /** Set once an order was given out: the key may hold that container. */
  readonly orderGiven: boolean;
  readonly intentId: string | null;
  /** SHA-256 of the public key that the open intent, or the issued certificate, is for. */
  readonly newKey: string | null;
  readonly newCertificateId: string | null;
  /** Names under which pairs were asked of the key management, each before it was asked. */
  readonly pairs: readonly string[];
  readonly encryptionIntentId: string | null;
  readonly newEncryptionId: string | null;
  readonly keysLost: number;
  /** How often the CA withdrew a certificate before it was confirmed; absent: never. */
  readonly certificatesLost?: number;
  /** Who brought the proof, while the CA is owed a confirmation. */
  readonly provedBy?: string | null;
  readonly proofNonce: string | null;
  readonly encryptionProof: EncryptionProof | null;
  readonly progress: RenewalCase['progress'];
  readonly leftovers: readonly Leftover[];
  /** The old pair (digest of its signing key) whose container stayed; `inHistory`: the key management has its encryption key. */
  readonly kept: { readonly key: string; readonly inHistory: boolean } | null;
  /** Re-certified and proved, but nobody came to write the certificates. */
  readonly unwritten: boolean;
}

export type Reissue = DeskCase<CaseState, ReissueData>;

/** What every such case begins with. */
export const nothingDone = {
  comparison: null,
  referral: null,
  notAfter: null,
  orderGiven: false,
  intentId: null,
  newKey: null,
  newCertificateId: null,
  pairs: [],
  encryptionIntentId: null,
  newEncryptionId: null,
  keysLost: 0,
  proofNonce: null,
  encryptionProof: null,
  progress: null,
  leftovers: [],
  kept: null,
  unwritten: false,
} satisfies Partial<ReissueData>;

/** What comes with an assistant's request for a certificate. */
export interface RequestInput {
  /** Kind of the key. */
  readonly algorithm: string;
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Uint8Array;
  readonly publicKeyDigest: string;
  /** SHA-256 of the PKCS#10 request. */
  readonly requestDigest: string;
  /** The request itself, DER. */
  readonly request?: Uint8Array;
  /** The encryption pair that comes with it, and the key management's name for it, if it is from there. */
  readonly encryption?: { readonly publicKey: Uint8Array; readonly pair: string | undefined };
}
