/**
 * Admitting registration requests: client, profile, limit and intent in one transaction, which requests that arrive
 * together share. The client's row of the day is locked first, so the limit is true on any number of nodes, and is
 * spent by new intents alone: neither by a repeat nor by a request that is refused.
 */
import { DeskError } from '../../platform/error.ts';
import type { Db, Tx } from '../../schema/database.ts';
import type { IntentRequest } from '../authority.ts';
import type { BulkAuthority } from '../embedded/embedded.ts';
import { removeFreshIntents } from '../intents.ts';

export interface Candidate {
  readonly client: string;
  readonly intent: IntentRequest;
}

/** @returns one answer per candidate, in their order: the id of its intent, or why it is refused */
export async function admit(
  db: Db,
  authority: BulkAuthority,
  candidates: readonly Candidate[],
  now: Date,
): Promise<(string | DeskError)[]> {
  return db.transaction().execute(async (tx) => {
    const clients = await readClients(tx, candidates);
    const refusals = candidates.map(({ client, intent }) => {
      const row = clients.get(client);
      if (!row?.enabled) return new DeskError('client-unknown');
      if (!row.profiles.includes(intent.profile))
        return new DeskError('client-profile', { profile: intent.profile });
      return undefined;
    });
    const eligible = candidates.filter((_, at) => !refusals[at]);
    const usage = await lockUsage(tx, eligible, now);
    const intended = await authority.intendAll(
      tx,
      eligible.map(({ intent }) => intent),
      now,
    );
    const granted = new Map<string, number>();
    const overLimit = new Set<string>();
    for (const [at, answer] of intended.entries()) {
      const { client = '' } = eligible[at] ?? {};
      if (answer instanceof DeskError || !answer.fresh) continue;
      const used = (usage.get(client) ?? 0) + (granted.get(client) ?? 0);
      if (used < (clients.get(client)?.daily_limit ?? 0)) granted.set(client, (granted.get(client) ?? 0) + 1);
      else overLimit.add(answer.intentId);
    }
    await removeFreshIntents(tx, [...overLimit]);
    await spend(tx, granted, now);

    const answers = intended.map((answer, at) => {
      if (answer instanceof DeskError) return answer;
      if (!overLimit.has(answer.intentId)) return answer.intentId;
      const limit = clients.get(eligible[at]?.client ?? '')?.daily_limit ?? 0;
      return new DeskError('client-limit', { limit });
    });
    let next = 0;
    return refusals.map((refused) => refused ?? answers[next++] ?? new DeskError('internal'));
  });
}

async function readClients(tx: Tx, candidates: readonly Candidate[]) {
  const rows = await tx
    .selectFrom('registration_client')
    .select(['id', 'enabled', 'profiles', 'daily_limit'])
    .where('id', 'in', [...new Set(candidates.map(({ client }) => client))])
    .execute();
  return new Map(rows.map((row) => [row.id, row]));
}

const dayOf = (now: Date) => now.toISOString().slice(0, 10);

/** Makes or finds each client's row of the day and locks it; in one order on every node. */
async function lockUsage(tx: Tx, eligible: readonly Candidate[], now: Date): Promise<Map<string, number>> {
  const ids = [...new Set(eligible.map(({ client }) => client))].sort();
  if (ids.length === 0) return new Map();
  const rows = await tx
    .insertInto('registration_usage')
    .values(ids.map((id) => ({ client_id: id, day: dayOf(now), issued: 0 })))
    .onConflict((conflict) =>
      conflict
        .columns(['client_id', 'day'])
        .doUpdateSet((expression) => ({ issued: expression.ref('registration_usage.issued') })),
    )
    .returning(['client_id', 'issued'])
    .execute();
  return new Map(rows.map((row) => [row.client_id, row.issued]));
}

async function spend(tx: Tx, granted: ReadonlyMap<string, number>, now: Date): Promise<void> {
  for (const [client, count] of granted) {
    await tx
      .updateTable('registration_usage')
      .set((expression) => ({ issued: expression('issued', '+', count) }))
      .where('client_id', '=', client)
      .where('day', '=', dayOf(now))
      .execute();
  }
}
