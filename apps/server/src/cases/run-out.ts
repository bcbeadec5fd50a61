import type { Db } from '../schema/database.ts';
import { type Journeys, journeyOf } from './journey.ts';

/** Ends the cases whose time is over, a batch at a time. @returns what failed, by case; tried again at the next run */
export async function runOutCases(
  db: Db,
  journeys: Journeys,
  now: Date,
  limit = 500,
): Promise<{ id: string; error: unknown }[]> {
  const rows = await db
    .selectFrom('desk_case')
    .select(['id', 'journey'])
    .where('open', '=', true)
    .where('ends_at', '<=', now)
    .orderBy('ends_at')
    .limit(limit)
    .execute();
  const failed: { id: string; error: unknown }[] = [];
  for (const row of rows) {
    try {
      await journeyOf(journeys, row).runOut(row.id);
    } catch (error) {
      failed.push({ id: row.id, error });
    }
  }
  return failed;
}
