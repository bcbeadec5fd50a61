import { z } from 'zod';
import { Instant, Nonce, Origin } from './basics.ts';

/** Lower-case words with dots: `certificate.revoke`. */
export const CommandAction = z.string().regex(/^[a-z]+(-[a-z]+)*(\.[a-z]+(-[a-z]+)*)+$/);
/** Lower-case letters, digits and hyphens. */
export const OperatorId = z.string().regex(/^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/);

/** What an operator's key signs: who wants what done to what, at which desk, why and when. */
export const CommandStatement = z.strictObject({
  /** The desk that is meant, so that a command signed for one is worth nothing at another. */
  origin: Origin,
  action: CommandAction,
  /** What it is done to: `certificate:<digest>`, `operator:<id>`. */
  subject: z.string().min(3).max(200),
  /** What the action needs to know beside it. Two people who are needed both sign the same. */
  parameters: z.record(z.string().regex(/^[a-zA-Z]{1,32}$/), z.string().max(16_384)),
  /** Why, in the operator's own words; stays in the audit log. */
  reason: z.string().trim().min(1).max(500),
  operator: OperatorId,
  /** By the operator's clock. */
  at: Instant,
  nonce: Nonce,
});
export type CommandStatement = z.infer<typeof CommandStatement>;
