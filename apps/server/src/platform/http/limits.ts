import { isIPv6 } from 'node:net';
import { type Kysely, sql } from 'kysely';
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
  return async (bucket, { count, seconds }) => {
    const now = clock();
    const cost = seconds / count;
    const passed = await sql`
      insert into rate_limit as b (bucket, empty_at)
      values (${bucket}, ${now}::timestamptz + make_interval(secs => ${cost}))
      on conflict (bucket) do update
        set empty_at = greatest(b.empty_at, ${now}::timestamptz) + make_interval(secs => ${cost})
        where b.empty_at <= ${now}::timestamptz + make_interval(secs => ${seconds - cost})
      returning 1`.execute(db);
    if (passed.rows.length > 0) return;
    const { rows } = await sql<{ empty_at: Date }>`
      select empty_at from rate_limit where bucket = ${bucket}`.execute(db);
    const full = ((rows[0]?.empty_at ?? now).getTime() - now.getTime()) / 1000;
    throw new DeskError('too-many-requests', { seconds: Math.max(1, Math.ceil(full + cost - seconds)) });
  };
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
