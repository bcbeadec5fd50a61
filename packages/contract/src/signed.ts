/**
 * Signed structures. Each starts with a type of its own, so that a signature over one never passes for a signature
 * over another: the signed octets are the type in ASCII, one zero octet, and the payload as it travels. Payloads are
 * JSON, but nobody re-encodes them: a receiver verifies the octets it got and only then reads them.
 */
export const signedTypes = {
  /** The desk's order to an assistant, signed by the desk's order key. */
  order: 'certdesk order v1',
  /** Sign-in, signed by the holder's key. */
  signIn: 'certdesk sign-in v1',
  /** What the holder confirmed and asks for, signed by the old key of a renewal. */
  renewal: 'certdesk renewal v1',
  /** What the holder confirmed and asks for, signed by the key whose certificate is amended. */
  amendment: 'certdesk amendment v1',
  /** Proof that the key holds the new certificate, signed by the new key. */
  proof: 'certdesk proof v1',
  /** What an encryption key opened is bound to by this: HMAC-SM3, no signature. */
  encryptionProof: 'certdesk encryption proof v1',
  /** A request of a registration client, signed by that client's key. */
  registration: 'certdesk registration v1',
  /** What the desk asks of the key management, signed by the desk's key for it. */
  keyRequest: 'certdesk key request v1',
  /** What the key management answers, signed by its own key. */
  keyAnswer: 'certdesk key answer v1',
  /** The head of the audit chain, signed by the audit key. */
  auditHead: 'certdesk audit head v1',
  /** A command of the authority's staff, signed by that operator's key. */
  command: 'certdesk command v1',
} as const;

export type SignedType = (typeof signedTypes)[keyof typeof signedTypes];

/** @returns the octets that are signed: ASCII(type) ‖ 0x00 ‖ payload */
export function signedOctets(type: SignedType, payload: Uint8Array): Uint8Array {
  const head = new TextEncoder().encode(`${type}\0`);
  const octets = new Uint8Array(head.length + payload.length);
  octets.set(head);
  octets.set(payload, head.length);
  return octets;
}
