/** What makes an answer one to this very message, by whoever is believed: RFC 4210 §5.1.1 and §5.1.3. */
import { hash } from 'node:crypto';
import { OID } from '../algorithms.ts';
import { Certificate } from '../certificate/certificate.ts';
import { PkiError } from '../errors.ts';
import type { CmpMessage } from './message.ts';

/** Whose answers are believed. */
export type CmpTrust =
  | { readonly kind: 'mac'; readonly secret: Uint8Array }
  /** Exactly these certificates' keys; nothing is built from what an answer brings along. */
  | { readonly kind: 'signature'; readonly signers: readonly Certificate[] };

export type CmpReplyFailure = 'unprotected' | 'protection' | 'transaction' | 'nonce' | 'signer-expired';

/**
 * Compares an answer with the message that it answers.
 * @returns undefined, or why it is not to be believed
 */
export function checkReply(
  reply: CmpMessage,
  expected: {
    readonly transactionId: Uint8Array;
    /** senderNonce of the message that was sent. */
    readonly nonce: Uint8Array;
    readonly trust: CmpTrust;
    readonly at: Date;
  },
): CmpReplyFailure | undefined {
  if (!reply.isProtected) return 'unprotected';
  const { trust, at } = expected;
  if (trust.kind === 'mac') {
    if (!reply.protectedBySecret(trust.secret)) return 'protection';
  } else {
    const signer = trust.signers.find(({ publicKey }) => reply.protectedByKey(publicKey));
    if (!signer) return 'protection';
    if (at < signer.notBefore || at.getTime() >= signer.notAfter.getTime() + 1000) return 'signer-expired';
  }
  const { transactionId, recipientNonce } = reply.header;
  if (!same(transactionId, expected.transactionId)) return 'transaction';
  return same(recipientNonce, expected.nonce) ? undefined : 'nonce';
}

function same(one: Uint8Array | undefined, other: Uint8Array): boolean {
  return one !== undefined && Buffer.compare(one, other) === 0;
}

const hashOf: Readonly<Record<string, string>> = {
  [OID.sm2WithSm3]: 'sm3',
  [OID.ecdsaWithSha256]: 'sha256',
  [OID.sha256WithRsa]: 'sha256',
  [OID.ecdsaWithSha384]: 'sha384',
  [OID.sha384WithRsa]: 'sha384',
  [OID.ecdsaWithSha512]: 'sha512',
  [OID.sha512WithRsa]: 'sha512',
};

/**
 * certHash of a confirmation: the certificate's digest by the hash of its own signature (RFC 4210 §5.3.18).
 * @throws PkiError `unsupported-algorithm`
 */
export function confirmationHash(certificate: Uint8Array): Uint8Array {
  const { signatureAlgorithm } = Certificate.parse(certificate);
  const name = hashOf[signatureAlgorithm.oid];
  if (!name) throw new PkiError('unsupported-algorithm', `no hash belongs to ${signatureAlgorithm.oid}`);
  return hash(name, certificate, 'buffer');
}
