/** Which service points are nearest to a company of which nothing is known but its division. Decides only. */
import type { Point, Position } from './point.ts';

export interface Located<P extends Point = Point> {
  readonly point: P;
  /** Metres from the middle of the division's own points; null: these or this one have no position. */
  readonly distance: number | null;
}

/**
 * Nearest first: the same district, then the same city, the same province, then others; among these by the distance
 * from the middle of the district's own points, those without a position last, and equals by division and name.
 * @param division six digits (GB/T 2260); undefined: by division and name
 */
export function nearestFirst<P extends Point>(
  points: readonly P[],
  division: string | undefined,
): Located<P>[] {
  const own = points.filter((point) => point.division === division).flatMap(({ position }) => position ?? []);
  const middle = middleOf(own);
  return points
    .map((point) => ({
      point,
      distance: middle && point.position && Math.round(metresBetween(middle, point.position)),
    }))
    .sort(
      (a, b) =>
        farness(a.point, division) - farness(b.point, division) ||
        compare(a.distance ?? Number.POSITIVE_INFINITY, b.distance ?? Number.POSITIVE_INFINITY) ||
        compare(a.point.division, b.point.division) ||
        compare(a.point.name, b.point.name),
    );
}

/** 0: same district, 1: same city, 2: same province, 3: another one, or none is known. */
function farness(point: Point, division: string | undefined): number {
  if (division === undefined) return 3;
  const at = [6, 4, 2].findIndex((digits) => point.division.startsWith(division.slice(0, digits)));
  return at < 0 ? 3 : at;
}

/** By code units, the same on every computer. */
const compare = <T extends string | number>(a: T, b: T) => (a < b ? -1 : a > b ? 1 : 0);

const radians = (degrees: number) => (degrees * Math.PI) / 180;

/** The middle of positions on the sphere; null for none, and for those that have no middle, as opposite ones. */
function middleOf(positions: readonly Position[]): Position | null {
  let [x, y, z] = [0, 0, 0];
  for (const { latitude, longitude } of positions) {
    const [up, east] = [radians(latitude), radians(longitude)];
    x += Math.cos(up) * Math.cos(east);
    y += Math.cos(up) * Math.sin(east);
    z += Math.sin(up);
  }
  if (Math.hypot(x, y, z) < 1e-9) return null;
  const degrees = (angle: number) => (angle * 180) / Math.PI;
  return { latitude: degrees(Math.atan2(z, Math.hypot(x, y))), longitude: degrees(Math.atan2(y, x)) };
}

/** IUGG mean radius of the Earth. */
const earthMetres = 6_371_008.8;

/** Great-circle distance by the haversine formula, which is right for short distances too. */
function metresBetween(a: Position, b: Position): number {
  const half = (from: number, to: number) => Math.sin(radians(to - from) / 2) ** 2;
  const chord =
    half(a.latitude, b.latitude) +
    Math.cos(radians(a.latitude)) * Math.cos(radians(b.latitude)) * half(a.longitude, b.longitude);
  return 2 * earthMetres * Math.asin(Math.min(1, Math.sqrt(chord)));
}
