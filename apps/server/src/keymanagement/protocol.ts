/**
 * What desk and key management say to each other: signed by the one, answered signed by the other. Nothing in it is
 * secret (private keys travel in envelopes), but nobody else can ask, and nobody else can answer.
 */
import { createHash } from 'node:crypto';
import {
  Base64,
  Digest,
  Instant,
  Nonce,
  SignedStatement,
  type SignedType,
  signedOctets,
  signedTypes,
} from '@certdesk/contract';
import type { Sm2PrivateKey, Sm2PublicKey } from '@certdesk/gm';
import { z } from 'zod';

const Intent = z.string().min(1).max(200);

const Give = z.strictObject({ kind: z.literal('give'), intent: Intent, signingKey: Base64 });
const Retire = z.strictObject({
  kind: z.literal('retire'),
  intent: Intent,
  reason: z.enum(['superseded', 'withdrawn']),
});
const Recover = z.strictObject({
  kind: z.literal('recover'),
  commands: z.tuple([SignedStatement, SignedStatement]),
  certificate: Base64,
  receiver: Base64,
  issuers: z.array(Base64).max(16),
});
const Count = z.strictObject({ kind: z.literal('count') });

export const Ask = z.discriminatedUnion('kind', [Give, Retire, Recover, Count]);
export type Ask = z.infer<typeof Ask>;

export const KeyRequest = z.strictObject({ nonce: Nonce, at: Instant, ask: Ask });

export const Given = z.strictObject({ id: z.uuid(), publicKey: Base64, envelope: Base64 });
export const Counted = z.strictObject({ spare: z.int(), inUse: z.int(), history: z.int() });

/** Refusals are signed as well: nobody in between can make one up. */
export const KeyAnswer = z.strictObject({
  /** SHA-256 of the request's payload, so that no answer passes for another's. */
  request: Digest,
  result: z.union([
    z.strictObject({ kind: z.literal('given'), given: Given }),
    z.strictObject({ kind: z.literal('retired') }),
    z.strictObject({ kind: z.literal('recovered'), recovered: Given.omit({ id: true }) }),
    z.strictObject({ kind: z.literal('counted'), counted: Counted }),
    z.strictObject({
      kind: z.literal('refused'),
      code: z.enum([
        'encryption-pair-bound',
        'key-management-unavailable',
        'key-management-refused',
        'recovery-refused',
        'recovery-pair-unknown',
      ]),
      reason: z.string().max(200),
    }),
  ]),
});
export type KeyAnswer = z.infer<typeof KeyAnswer>;

/** How far the two clocks may be apart. What is repeated within that time changes nothing that was not asked for. */
export const clockMs = 5 * 60_000;

const types = { request: signedTypes.keyRequest, answer: signedTypes.keyAnswer } as const;

/** Signs the JSON of what is said. */
export function signMessage(
  key: Sm2PrivateKey,
  type: keyof typeof types,
  message: z.infer<typeof KeyRequest> | KeyAnswer,
): SignedStatement {
  const payload = Buffer.from(JSON.stringify(message));
  const signature = key.sign(signedOctets(typeOf(type), payload));
  return { payload: payload.toString('base64'), signature: Buffer.from(signature).toString('base64') };
}

/** @returns what was said, or undefined when it is no such message or not this key's */
export function readMessage<T>(
  key: Sm2PublicKey,
  type: keyof typeof types,
  schema: z.ZodType<T>,
  message: unknown,
): T | undefined {
  const signed = SignedStatement.safeParse(message);
  if (!signed.success) return undefined;
  const payload = Buffer.from(signed.data.payload, 'base64');
  const signature = Buffer.from(signed.data.signature, 'base64');
  if (!key.verify(signedOctets(typeOf(type), payload), signature)) return undefined;
  try {
    return schema.safeParse(JSON.parse(payload.toString())).data;
  } catch {
    return undefined;
  }
}

const typeOf = (type: keyof typeof types): SignedType => types[type];

/** What an answer names its request by. */
export function messageDigest(signed: SignedStatement): string {
  return createHash('sha256').update(Buffer.from(signed.payload, 'base64')).digest('hex');
}
