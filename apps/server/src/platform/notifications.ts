import { type RawBuilder, sql } from 'kysely';
import pg from 'pg';

/**
 * An expression that tells all nodes something when the transaction of its statement commits, and nothing if it does
 * not. A hint, not a message: a node that was cut off misses it.
 * @param channel a lower-case identifier
 * @param payload at most 8000 octets (PostgreSQL's limit); an id, nothing secret
 */
export function notifying(channel: string, payload: string): RawBuilder<unknown> {
  return sql`pg_notify(${channel}, ${payload})`;
}

export interface Listener {
  /** @returns stops calling `told` */
  on(channel: string, told: (payload: string) => void): () => void;
  /** Calls `missed` after a lost connection is back: anything may have happened meanwhile, so look again. */
  onGap(missed: () => void): () => void;
  /** Resolves when everything asked for so far is listened to. */
  ready(): Promise<void>;
  close(): Promise<void>;
}

export interface ListenerOptions {
  onLoss?: (error: unknown) => void;
  /** Pause before the next try to connect. */
  retryMs?: number;
}

/** Listens on one connection of its own, which is made again for as long as it takes when it is lost. */
export function createListener(url: string, options: ListenerOptions = {}): Listener {
  const channels = new Map<string, Set<(payload: string) => void>>();
  const gaps = new Set<() => void>();
  const { onLoss = () => {}, retryMs = 500 } = options;
  let closed = false;
  let timer: NodeJS.Timeout | undefined;
  let client: pg.Client | undefined;
  let state = connect();

  async function connect(again = false): Promise<void> {
    const fresh = new pg.Client({ connectionString: url, keepAlive: true, connectionTimeoutMillis: 5000 });
    client = fresh;
    let lost = false;
    const lose = (error: unknown) => {
      if (lost) return;
      lost = true;
      fresh.end().catch(() => {});
      if (closed) return;
      onLoss(error);
      timer = setTimeout(() => {
        if (!closed) state = connect(true);
      }, retryMs);
    };
    fresh.on('error', lose);
    fresh.on('end', () => lose(new Error('the connection ended')));
    fresh.on('notification', ({ channel, payload = '' }) => {
      for (const told of channels.get(channel) ?? []) told(payload);
    });
    try {
      await fresh.connect();
      for (const channel of channels.keys()) await listen(fresh, channel);
      if (again) for (const missed of gaps) missed();
    } catch (error) {
      lose(error);
    }
  }

  return {
    on(channel, told) {
      const set = channels.get(channel) ?? new Set();
      if (!channels.has(channel)) {
        channels.set(channel, set);
        // Before the first connection stands, connect() listens to what is known by then; twice does no harm.
        state = state.then(() => (client && !closed ? listen(client, channel) : undefined)).catch(onLoss);
      }
      set.add(told);
      return () => void set.delete(told);
    },
    onGap(missed) {
      gaps.add(missed);
      return () => void gaps.delete(missed);
    },
    ready: () => state,
    async close() {
      closed = true;
      clearTimeout(timer);
      await state;
      await client?.end().catch(() => {});
    },
  };
}

async function listen(client: pg.Client, channel: string): Promise<void> {
  await client.query(`listen ${client.escapeIdentifier(channel)}`);
}
