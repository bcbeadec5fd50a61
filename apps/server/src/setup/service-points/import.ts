/** Taking a list of service points in: the whole list, as a version of its own. */
import { sql } from 'kysely';
import { record } from '../../audit/record.ts';
import { insertOf } from '../../platform/database/bulk.ts';
import type { Db } from '../../schema/database.ts';
import { type Changes, changesBetween, isNothing } from './changes.ts';
import type { PointsFile } from './file.ts';
import { currentList, pointsOf } from './list.ts';

export interface PointsImport {
  /** Who did it, for the list and the audit log. */
  readonly actor: string;
  readonly now: Date;
  /** Told what changes before anything is written. What it throws ends the import. */
  readonly onChanges?: (changes: Changes) => void;
  /** Nothing is written. */
  readonly dryRun?: boolean;
}

/**
 * Puts a list in the place of the one in use, which is kept, as are all before it. A list that changes nothing makes no
 * version. Imports that meet wait for each other.
 * @returns the version that was made; null: none
 * @throws DeskError `database-unavailable` (whether it was taken is then unknown if the database went away at the very
 *   end: import it again)
 */
export async function importPoints(
  db: Db,
  { points, source, digest }: PointsFile,
  { actor, now, onChanges, dryRun = false }: PointsImport,
): Promise<number | null> {
  return db.transaction().execute(async (tx) => {
    await sql`lock table service_point_list in share row exclusive mode`.execute(tx);
    const before = (await currentList(tx))?.version ?? 0;
    const changes = changesBetween(await pointsOf(tx, before), points);
    onChanges?.(changes);
    if (dryRun || isNothing(changes)) return null;
    const version = before + 1;
    const list = { version, source, digest, imported_at: now, imported_by: actor };
    await tx.insertInto('service_point_list').values(list).execute();
    const rows = points.map(({ position, ...point }) => ({
      version,
      ...point,
      latitude: position?.latitude ?? null,
      longitude: position?.longitude ?? null,
    }));
    await insertOf('service_point', rows).execute(tx);
    const [added, changed, removed] = [changes.added, changes.changed, changes.removed].map(
      ({ length }) => length,
    );
    const data = { version, source, digest, points: points.length, added, changed, removed };
    const subject = `service-points:${version}`;
    await record(tx, { actor, action: 'service-points.imported', subject, data }, now);
    return version;
  });
}
