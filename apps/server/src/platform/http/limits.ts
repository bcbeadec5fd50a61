import { isIPv6 } from 'node:net';
import { type Kysely, sql } from 'kysely';
import { inBatches } from '../batch.ts';
import type { Clock } from '../clock.ts';
import { DeskError } from '../error.ts';

/** So many requests at once, and on average so many in this time. */
export interface RateLimit {
  count: number;
  seconds: number;
}

/** Lets a request pass or throws DeskError `too-many-requests` with the seconds after which one would pass. */
export type Limiter = (bucket: string, limit: RateLimit) => Promise<void>;

/**
 * Rate limits that hold over all nodes, because they are counted in the database (table `rate_limit`).
 * Each request fills its bucket by `seconds / count`, the bucket leaks steadily, and what would overflow it is refused
 * and not counted: the generic cell rate algorithm (ITU-T I.371), which needs one row and one statement per request.
 */
export function databaseLimiter<Tables>(db: Kysely<Tables>, clock: Clock): Limiter {
  /** Buckets that are being asked at this moment: requests that come meanwhile are counted together by one statement. */
  const asked = new Map<string, { count: (limit: RateLimit) => Promise<true>; waiting: number }>();
  return async (bucket, limit) => {
    const known = asked.get(bucket) ?? {
      count: inBatches<RateLimit, true>((limits) => fill(db, bucket, limits, clock())),
      waiting: 0,
    };
    asked.set(bucket, known);
    known.waiting += 1;
    try {
      await known.count(limit);
    } finally {
      known.waiting -= 1;
      if (known.waiting === 0) asked.delete(bucket);
    }
  };
}

/**
 * Lets all of these requests pass, or none of them.
 * @param limits the bucket's one limit, once for each request
 */
async function fill<Tables>(
  db: Kysely<Tables>,
  bucket: string,
  limits: readonly RateLimit[],
  now: Date,
): Promise<true[]> {
  const { count, seconds } = limits[0] ?? { count: 1, seconds: 0 };
  const cost = (limits.length * seconds) / count;
  const passed = await sql`
    insert into rate_limit as b (bucket, empty_at)
    select ${bucket}, ${now}::timestamptz + make_interval(secs => ${cost}) where ${cost} <= ${seconds}::float8
    on conflict (bucket) do update
      set empty_at = greatest(b.empty_at, ${now}::timestamptz) + make_interval(secs => ${cost})
      where b.empty_at <= ${now}::timestamptz + make_interval(secs => ${seconds - cost})
    returning 1`.execute(db);
  if (passed.rows.length > 0) return limits.map(() => true);
  const { rows } = await sql<{ empty_at: Date }>`
    select empty_at from rate_limit where bucket = ${bucket}`.execute(db);
  const full = ((rows[0]?.empty_at ?? now).getTime() - now.getTime()) / 1000;
  // Where this was said of several, each is asked by itself next: some of them may fit.
  throw new DeskError('too-many-requests', {
    seconds: Math.max(1, Math.ceil(full + seconds / count - seconds)),
  });
}

/** Removes buckets that are empty: they mean the same as none. For a nightly job. */
export async function sweepLimits<Tables>(db: Kysely<Tables>, now: Date): Promise<void> {
  await sql`delete from rate_limit where empty_at < ${now}`.execute(db);
}

/** What counts as one address: an IPv6 customer has at least a /64 to himself (RFC 6177). */
export function addressBucket(address: string): string {
  if (!isIPv6(address)) return address;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  if (mapped?.[1]) return mapped[1];
  const [head = '', tail] = (address.split('%')[0] ?? '').split('::');
  const groups = (text: string) => (text === '' ? [] : text.split(':'));
  const [before, after] = [groups(head), groups(tail ?? '')];
  const zeros =
    tail === undefined ? [] : Array<string>(Math.max(0, 8 - before.length - after.length)).fill('0');
  const all = [...before, ...zeros, ...after]
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16));
  return `${all.join(':')}::/64`;
}
