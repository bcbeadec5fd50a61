import { type SignedStatement, type SignedType, signedOctets } from '@certdesk/contract';
import { verifyByKey } from '@certdesk/pki';
import type { z } from 'zod';
import { DeskError } from '../platform/error.ts';

/**
 * Reads what a holder's key signed. The signature is checked over the octets received, under the type expected, so
 * that a signature over another structure never counts; only then is anything made of them.
 * @throws DeskError `statement-invalid` when the octets are no such statement
 */
export function readStatement<T>(
  type: SignedType,
  schema: z.ZodType<T>,
  signed: SignedStatement,
  publicKey: Uint8Array,
): { value: T; verified: boolean } {
  const payload = Buffer.from(signed.payload, 'base64');
  const verified = verifyByKey(
    publicKey,
    signedOctets(type, payload),
    Buffer.from(signed.signature, 'base64'),
  );
  let json: unknown;
  try {
    json = JSON.parse(payload.toString());
  } catch {
    throw new DeskError('statement-invalid');
  }
  const parsed = schema.safeParse(json);
  if (!parsed.success) throw new DeskError('statement-invalid');
  return { value: parsed.data, verified };
}
