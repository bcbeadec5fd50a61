import { z } from 'zod';
import { Base64 } from '../basics.ts';

/** What the portal needs to know before anybody signs in. */
export const DeskInfo = z.strictObject({
  name: z.strictObject({ zh: z.string(), en: z.string() }),
  assistant: z.strictObject({
    ports: z.array(z.int().min(1).max(65535)).min(1).max(8),
    minimumVersion: z.string(),
    /** Where the assistant can be had. Null: ask at a service point. */
    download: z.url().nullable(),
  }),
  services: z.strictObject({
    renewal: z.boolean(),
    amendment: z.boolean(),
    seal: z.boolean(),
    unlock: z.boolean(),
  }),
  /** Whom this desk serves, in words; null: everybody. */
  served: z.strictObject({ zh: z.string(), en: z.string() }).nullable(),
  maintenance: z.boolean(),
});
export type DeskInfo = z.infer<typeof DeskInfo>;

/** Asked before signing in; `code` is a unified code, however it is written. */
export const ServedQuestion = z.strictObject({ code: z.string().min(1).max(64) });
export const ServedAnswer = z.enum(['yes', 'no', 'unknown']);
export type ServedAnswer = z.infer<typeof ServedAnswer>;
export const ServedReply = z.strictObject({ served: ServedAnswer });

/** Certificates of CAs, DER in base64. */
export const AuthorityCertificates = z.strictObject({
  /** From the CA that issues now what no other is named for, up to its root. */
  chain: z.array(Base64),
  /** All CAs, also of earlier, that may stand between a certificate known here and a root. */
  intermediates: z.array(Base64),
  roots: z.array(Base64),
});
