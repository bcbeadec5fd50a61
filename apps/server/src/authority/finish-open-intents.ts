import type { Db } from '../schema/database.ts';
import type { Authority } from './authority.ts';

export interface OpenIntentsReport {
  readonly finished: number;
  /** Intent and what went wrong; tried again at the next run. */
  readonly failed: readonly { intentId: string; error: unknown }[];
}

/**
 * Finishes intents that a crash left between "written down" and "signed". Those of a case are finished by the case's
 * journey, which moves the case in the same transaction.
 * @param before only intents written before then: younger ones are somebody's work in progress
 */
export async function finishOpenIntents(
  db: Db,
  authority: Authority,
  options: {
    readonly before: Date;
    /** At most so many at a time. */
    readonly limit?: number;
    readonly continueCase: (caseId: string, intentId: string) => Promise<void>;
  },
): Promise<OpenIntentsReport> {
  const open = await db
    .selectFrom('issuance_intent')
    .select(['id', 'case_id'])
    .where('state', '=', 'intended')
    .where('created_at', '<', options.before)
    .orderBy('created_at')
    .limit(options.limit ?? 1000)
    .execute();
  const failed: { intentId: string; error: unknown }[] = [];
  for (const { id, case_id } of open) {
    try {
      if (case_id === null) await authority.finish(id);
      else await options.continueCase(case_id, id);
    } catch (error) {
      failed.push({ intentId: id, error });
    }
  }
  return { finished: open.length - failed.length, failed };
}
