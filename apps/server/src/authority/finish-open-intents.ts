import { DeskError } from '../platform/error.ts';
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
    readonly now?: Date;

    /** At most so many at a time. */
    readonly limit?: number;
    readonly continueCase: (caseId: string, intentId: string) => Promise<void>;
  },
): Promise<OpenIntentsReport> {
  const open = await db
    .selectFrom('issuance_intent')
    .select(['id', 'case_id'])
    .where('state', '=', 'intended')
    // Where the CA said when to ask again, nobody is at it until then.
    .where((where) =>
      where.or([
        where.and([where('resume_at', 'is', null), where('created_at', '<', options.before)]),
        where('resume_at', '<=', options.now ?? options.before),
      ]),
    )
    .orderBy('created_at')
    .limit(options.limit ?? 1000)
    .execute();
  const failed: { intentId: string; error: unknown }[] = [];
  for (const { id, case_id } of open) {
    try {
      if (case_id === null) await finishAlone(authority, id);
      else await options.continueCase(case_id, id);
    } catch (error) {
      failed.push({ intentId: id, error });
    }
  }
  return { finished: open.length - failed.length, failed };
}

/** A CA that takes its time, or refused, has nothing that went wrong. */
async function finishAlone(authority: Authority, intentId: string): Promise<void> {
  try {
    await authority.finish(intentId);
  } catch (error) {
    const codes = ['issuing-not-yet', 'issuing-waits', 'issuing-refused'];
    if (!(error instanceof DeskError && codes.includes(error.code))) throw error;
  }
}
