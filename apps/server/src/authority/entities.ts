/** Entities and their certificate lines. An entity has an id of its own and is found by any of its identity numbers. */
import type { IdentityNumber } from '@certdesk/contract';
import { sql } from 'kysely';
import { record } from '../audit/record.ts';
import { DeskError } from '../platform/error.ts';
import { randomId } from '../platform/random.ts';
import { lookupValue } from '../registry/lookup-value.ts';
import type { Tx } from '../schema/database.ts';

export interface EntityContent {
  readonly name: string;
  readonly numbers: readonly IdentityNumber[];
}

/**
 * The entity with any of these numbers, or a new one. Numbers that it lacks are added; one that it has with another
 * value is left as it is (which of the two is right is the register's business).
 * @throws DeskError `entity-numbers` without any number, or when they belong to different entities
 */
export async function findOrMakeEntity(tx: Tx, content: EntityContent, now: Date): Promise<string> {
  const { name } = content;
  const numbers = content.numbers.map(stored);
  if (numbers.length === 0) throw new DeskError('entity-numbers', { entityName: name });
  // Rare and short: one at a time, so that two imports never make the same entity twice.
  await sql`select pg_advisory_xact_lock(hashtext('certdesk entity'))`.execute(tx);
  const known = await tx
    .selectFrom('entity_number')
    .select('entity_id')
    .distinct()
    .where((where) => where.or(numbers.map(({ kind, value }) => where.and({ kind, value }))))
    .execute();
  if (known.length > 1) throw new DeskError('entity-numbers', { entityName: name });
  const id = known[0]?.entity_id ?? (await makeEntity(tx, name, now));
  await addEntityNumbers(tx, id, numbers);
  return id;
}

/** From now on the entity is found by these numbers too, as far as it lacks them and no other entity has them. */
export async function addEntityNumbers(
  tx: Tx,
  entityId: string,
  numbers: readonly IdentityNumber[],
): Promise<void> {
  if (numbers.length === 0) return;
  await tx
    .insertInto('entity_number')
    .values(numbers.map((number) => ({ entity_id: entityId, ...stored(number) })))
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

const stored = ({ kind, value }: IdentityNumber): IdentityNumber => ({
  kind,
  value: lookupValue(kind, value),
});

async function makeEntity(tx: Tx, name: string, now: Date): Promise<string> {
  const id = randomId();
  await tx.insertInto('entity').values({ id, name, created_at: now }).execute();
  await record(
    tx,
    { actor: 'authority', action: 'entity.added', subject: `entity:${id}`, data: { name } },
    now,
  );
  return id;
}

/** Begins a certificate line. Its ordinal, which the price depends on, is fixed with that. */
export async function beginLine(tx: Tx, entityId: string, now: Date): Promise<string> {
  await tx.selectFrom('entity').select('id').where('id', '=', entityId).forUpdate().executeTakeFirstOrThrow();
  const { last } = await tx
    .selectFrom('certificate_line')
    .select((select) => select.fn.coalesce(select.fn.max('ordinal'), sql<number>`0`).as('last'))
    .where('entity_id', '=', entityId)
    .executeTakeFirstOrThrow();
  const id = randomId();
  const line = { id, entity_id: entityId, ordinal: last + 1, created_at: now };
  await tx.insertInto('certificate_line').values(line).execute();
  const data = { entity: entityId, ordinal: line.ordinal };
  await record(tx, { actor: 'authority', action: 'line.begun', subject: `line:${id}`, data }, now);
  return id;
}
