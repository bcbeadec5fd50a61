/** The lists of service points in the database: the one in use, and the versions before it. */
import type { Db, Tx } from '../../schema/database.ts';
import type { Point } from './point.ts';

export interface PointList {
  readonly version: number;
  /** The file's name, and the SHA-256 of its octets in lower-case hex. */
  readonly source: string;
  readonly digest: string;
  readonly importedAt: Date;
  readonly importedBy: string;
}

/** The list in use; undefined: none was ever imported. */
export async function currentList(db: Db | Tx): Promise<PointList | undefined> {
  return db
    .selectFrom('service_point_list')
    .select(['version', 'source', 'digest', 'imported_at as importedAt', 'imported_by as importedBy'])
    .orderBy('version', 'desc')
    .limit(1)
    .executeTakeFirst();
}

/** The points of a version, by division and name. */
export async function pointsOf(db: Db | Tx, version: number): Promise<Point[]> {
  const rows = await db
    .selectFrom('service_point')
    .selectAll()
    .where('version', '=', version)
    .orderBy('division')
    .orderBy('name')
    .execute();
  return rows.map(({ version: _, latitude, longitude, ...point }) => ({
    ...point,
    position: latitude === null || longitude === null ? null : { latitude, longitude },
  }));
}
