import type { Selectable } from 'kysely';
import type { Holder } from '../access/session.ts';
import { DeskError } from '../platform/error.ts';
import type { Db } from '../schema/database.ts';
import type { DeskCaseTable } from '../schema/tables.ts';

/** A case of this holder's line. @throws DeskError `case-not-found`: somebody else's case is simply not there */
export async function ownCase(db: Db, holder: Holder, id: string): Promise<Selectable<DeskCaseTable>> {
  const row = await db
    .selectFrom('desk_case')
    .selectAll()
    .where('id', '=', id)
    .where('line_id', '=', holder.lineId)
    .executeTakeFirst();
  if (!row) throw new DeskError('case-not-found');
  return row;
}
