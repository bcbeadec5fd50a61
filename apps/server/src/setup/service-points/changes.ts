/** What another list of service points changes. Decides only. */
import type { Point } from './point.ts';

export type Field = Exclude<keyof Point, 'name'>;

export interface Changes {
  readonly added: readonly Point[];
  readonly removed: readonly Point[];
  /** Points that keep their name, with the fields in which they differ. */
  readonly changed: readonly {
    readonly before: Point;
    readonly after: Point;
    readonly fields: readonly Field[];
  }[];
}

const fields: readonly Field[] = ['address', 'hours', 'phone', 'division', 'district', 'position'];

export function changesBetween(before: readonly Point[], after: readonly Point[]): Changes {
  const [old, fresh] = [byName(before), byName(after)];
  return {
    added: after.filter(({ name }) => !old.has(name)),
    removed: before.filter(({ name }) => !fresh.has(name)),
    changed: after.flatMap((point) => {
      const known = old.get(point.name);
      const differing = known ? fields.filter((field) => shown(known, field) !== shown(point, field)) : [];
      return known && differing.length > 0 ? { before: known, after: point, fields: differing } : [];
    }),
  };
}

export function isNothing({ added, removed, changed }: Changes): boolean {
  return added.length + removed.length + changed.length === 0;
}

/** A field as a report shows it. */
export function shown(point: Point, field: Field): string {
  if (field !== 'position') return point[field];
  return point.position ? `${point.position.latitude}, ${point.position.longitude}` : '–';
}

const byName = (points: readonly Point[]) => new Map(points.map((point) => [point.name, point]));
