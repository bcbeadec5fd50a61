import { z } from 'zod';
import {
  AgreementReference,
  Base64,
  Digest,
  Id,
  IdentityNumber,
  Instant,
  KeyAlgorithm,
  Nonce,
  Origin,
} from './basics.ts';

/** What every order says: who gives it, to whose page, for which single use. */
const common = {
  id: Id,
  /** Origin of the page that may hand the order over. */
  origin: Origin,
  /** Base address of the server that the assistant talks to while it works. */
  server: Origin,
  /** Name of the desk, as the window shows it. */
  desk: z.string().max(100),
  nonce: Nonce,
  /** By the server's clock; the server alone judges age. */
  issuedAt: Instant,
};

export const CaseReference = z.strictObject({ id: Id, number: z.string().max(32) });

/** Where the order concerns one key: the certificate on it and that certificate's public key. */
const keyed = {
  case: CaseReference,
  /** SHA-256 of the SubjectPublicKeyInfo: how a key is known. */
  key: Digest,
  /** SHA-256 of the certificate, DER. */
  certificate: Digest,
};

export const SignInOrder = z.strictObject({
  purpose: z.literal('sign-in'),
  ...common,
  /** Divisions that the desk serves, or their first digits, where a unified code's decide alone; null: the server says it. */
  served: z
    .array(z.string().regex(/^\d{2,6}$/))
    .min(1)
    .max(64)
    .nullable(),
});

/**
 * What ended cases left on the key: a container by its name, or a retired key pair by its public key. Removed only
 * when nothing in force stands in it.
 */
const Leftovers = z
  .array(z.union([z.strictObject({ container: z.string().max(64) }), z.strictObject({ key: Digest })]))
  .max(8);
export type Leftover = z.infer<typeof Leftovers>[number];

export const RenewalOrder = z.strictObject({
  purpose: z.literal('renewal'),
  ...common,
  ...keyed,
  /** Container for the new key pair, fixed for this case. */
  container: z.string().regex(/^[A-Za-z0-9-]{1,32}$/),
  algorithm: KeyAlgorithm,
  /**
   * Public key that a certificate was issued for already, in a case that goes on. With it the key is recognised even
   * when the old container has left it.
   */
  newKey: Digest.nullable(),
  /** What the holder confirmed on the page; the old key signs it and the window shows it in words. */
  confirmed: z.strictObject({
    entityName: z.string().max(200),
    /** As they will stand in the new certificate. */
    identityNumbers: z.array(IdentityNumber).max(16),
    /** … of which these come in now. */
    added: z.array(IdentityNumber).max(16),
    years: z.int().min(1).max(10),
    agreement: AgreementReference,
    /** Signing and encryption certificate, or the signing certificate alone. */
    twin: z.boolean(),
  }),
  /** End of validity that the new certificate will have. */
  notAfter: Instant,
  leftovers: Leftovers,
  /** With an encryption certificate and its key pair. */
  twin: z
    .strictObject({
      /** The old container stays after the proof: its encryption key opens old documents. */
      keepOld: z.boolean(),
      /** Former containers that stayed so and may go where there is no room, the oldest first. */
      expendable: Leftovers,
    })
    .nullable(),
  /** Where there is no room for a second pair, the pair that is there may get the new certificates. */
  recertify: z.boolean(),
});

/** Puts identity numbers into the certificate: the key pairs stay as they are and get new certificates. */
export const AmendmentOrder = z.strictObject({
  purpose: z.literal('amendment'),
  ...common,
  ...keyed,
  algorithm: KeyAlgorithm,
  /** What the holder confirmed on the page; the key signs it and the window shows it in words. */
  confirmed: z.strictObject({
    entityName: z.string().max(200),
    /** As they will stand in the new certificate. */
    identityNumbers: z.array(IdentityNumber).max(16),
    /** … of which these come in now. */
    added: z.array(IdentityNumber).min(1).max(16),
    /** Signing and encryption certificate, or the signing certificate alone. */
    twin: z.boolean(),
  }),
  /** End of validity, the old certificate's. */
  notAfter: Instant,
  leftovers: Leftovers,
});

/** Removes what ended cases left on the key, and writes what they could not write any more. */
export const TidyOrder = z.strictObject({
  purpose: z.literal('tidy'),
  ...common,
  ...keyed,
  leftovers: Leftovers,
  /** Certificates in force that the key may lack, DER in base64: written to the pairs with their public keys. */
  certificates: z.array(Base64).max(2),
});

export const Order = z.discriminatedUnion('purpose', [SignInOrder, RenewalOrder, AmendmentOrder, TidyOrder]);

/** An order as it travels: payload is the JSON of `Order` in base64, signature is by the desk's order key (SM2). */
export const SignedOrder = z.strictObject({ payload: Base64, signature: Base64 });

export type SignInOrder = z.infer<typeof SignInOrder>;
export type RenewalOrder = z.infer<typeof RenewalOrder>;
export type AmendmentOrder = z.infer<typeof AmendmentOrder>;
export type TidyOrder = z.infer<typeof TidyOrder>;
export type Order = z.infer<typeof Order>;
export type SignedOrder = z.infer<typeof SignedOrder>;
