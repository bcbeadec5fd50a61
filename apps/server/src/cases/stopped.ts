import { sql } from 'kysely';
import { notifying } from '../platform/notifications.ts';
import type { Db } from '../schema/database.ts';
import { caseChannel } from './engine.ts';
import { type Journeys, journeyOf } from './journey.ts';

/**
 * After a certificate was revoked or suspended: ends the cases that it was revoked under, and has everybody who follows a case
 * of its line look again, so that whoever was signed in with it is told nothing more.
 */
export async function certificateStopped(db: Db, journeys: Journeys, certificateId: string): Promise<void> {
  const certificate = await db
    .selectFrom('certificate')
    .select(['line_id', 'state'])
    .where('id', '=', certificateId)
    .executeTakeFirst();
  if (!certificate?.line_id) return;
  const cases = await db
    .selectFrom('desk_case')
    .select(['id', 'journey', 'open'])
    .where('line_id', '=', certificate.line_id)
    .execute();
  for (const row of cases) {
    if (row.open && certificate.state === 'revoked') {
      await journeyOf(journeys, row).certificateRevoked(row.id, certificateId);
    }
    await sql`select ${notifying(caseChannel, row.id)}`.execute(db);
  }
}
