import { z } from 'zod';

/** Octets in base64 (RFC 4648 §4). */
export const Base64 = z.base64().max(64 * 1024);
/** SHA-256 in lower-case hex. */
export const Digest = z.string().regex(/^[0-9a-f]{64}$/);
/** 256 random bits in base64url without padding. */
export const Nonce = z.string().regex(/^[A-Za-z0-9_-]{43}$/);
export const Id = z.uuid();
/** An instant, RFC 3339 in UTC. */
export const Instant = z.iso.datetime();
/** A web origin as `location.origin` gives it. */
export const Origin = z.string().regex(/^https?:\/\/[a-z0-9.-]+(:\d{1,5})?$/);

export const identityKinds = [
  'uscc',
  'organizationCode',
  'businessLicense',
  'taxRegistration',
  'socialInsurance',
  'housingFund',
] as const;
export const IdentityKind = z.enum(identityKinds);
export type IdentityKind = z.infer<typeof IdentityKind>;

/** A document number of an entity, as it stands in a certificate or in the register. */
export const IdentityNumber = z.strictObject({ kind: IdentityKind, value: z.string().min(1).max(64) });
export type IdentityNumber = z.infer<typeof IdentityNumber>;

/** Which text of the subscriber agreement: its version and the SHA-256 of its octets. */
export const AgreementReference = z.strictObject({ version: z.string().max(32), digest: Digest });
export type AgreementReference = z.infer<typeof AgreementReference>;

/** Kinds of key pair that keys make. */
export const KeyAlgorithm = z.enum(['sm2', 'p256', 'p384', 'rsa2048', 'rsa3072']);
export type KeyAlgorithm = z.infer<typeof KeyAlgorithm>;
