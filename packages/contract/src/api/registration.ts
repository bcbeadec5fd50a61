import { z } from 'zod';
import { Base64, IdentityNumber, Instant } from '../basics.ts';
import { SignedStatement } from '../statement.ts';

/** A registration client's request, inside a `certdesk registration v1` statement. */
export const RegistrationRequest = z.strictObject({
  client: z.string().max(64),
  /** The client's own id for this request; the same id again gives the same certificate. */
  requestId: z.string().min(1).max(64),
  at: Instant,
  profile: z.string().max(64),
  /** PKCS#10 request, DER. */
  request: Base64,
  entityName: z.string().min(1).max(200),
  identityNumbers: z.array(IdentityNumber).max(16),
  years: z.int().min(1).max(10),
});
export type RegistrationRequest = z.infer<typeof RegistrationRequest>;
export const SignedRegistration = z.strictObject({ client: z.string().max(64), statement: SignedStatement });
