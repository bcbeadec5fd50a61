import { z } from 'zod';
import { Base64, Digest, IdentityNumber, Instant } from '../basics.ts';
import { SignedStatement } from '../statement.ts';

export const CertificateState = z.enum(['issued', 'in-force', 'suspended', 'superseded', 'revoked']);

/** What people are shown of a certificate. */
export const CertificateSummary = z.strictObject({
  digest: Digest,
  /** Lower-case hex. */
  serialNumber: z.string(),
  entityName: z.string(),
  identityNumbers: z.array(IdentityNumber),
  issuer: z.string(),
  notBefore: Instant,
  notAfter: Instant,
  state: CertificateState,
  expired: z.boolean(),
});
export type CertificateSummary = z.infer<typeof CertificateSummary>;

/** A finished sign-in order: what the assistant's window handed to the page. `certificate` is DER in base64. */
export const SignInRequest = z.strictObject({ statement: SignedStatement, certificate: Base64 });

/** `renewal-only`: the certificate has expired. */
export const SessionMode = z.enum(['full', 'renewal-only']);

export const Session = z.strictObject({
  mode: SessionMode,
  certificate: CertificateSummary,
  entity: z.strictObject({ name: z.string() }),
  /** The session ends at the latest then; idle sessions end earlier. */
  expiresAt: Instant,
});
export type Session = z.infer<typeof Session>;
