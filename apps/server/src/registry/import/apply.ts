/** Bringing the register to what the staged lines say. They collide with nothing. */
import type { IdentityKind } from '@certdesk/contract';
import { sql } from 'kysely';
import type { Tx } from '../../schema/database.ts';

/** Empties the register, for a file that is all of it. @returns how many entities there were */
export async function removeAll(tx: Tx): Promise<number> {
  const { numAffectedRows } = await sql`delete from registry_entity`.execute(tx);
  return Number(numAffectedRows ?? 0);
}

/**
 * Updates the entities that share a number with a line, and adds the other lines. Of an entity that is there, what the
 * file has no column for stays as it is.
 * @param kinds the kinds of numbers that the file has columns for
 */
export async function merge(
  tx: Tx,
  kinds: readonly IdentityKind[],
  now: Date,
): Promise<{ added: number; updated: number }> {
  await sql`update stage_entity s set entity_id = r.entity_id from stage_number n
    join registry_number r on r.kind = n.kind and r.value = n.value where n.line = s.line`.execute(tx);
  const updated = await sql`update registry_entity e set name = s.name, state = coalesce(s.state, e.state),
    division = coalesce(s.division, e.division, s.division_of_code), imported_at = ${now}
    from stage_entity s where s.entity_id = e.id`.execute(tx);
  await sql`delete from registry_number r using stage_entity s
    where s.entity_id = r.entity_id and r.kind = any(${kinds}::text[])`.execute(tx);
  const added = await sql`with fresh as (
      update stage_entity set entity_id = nextval(pg_get_serial_sequence('registry_entity', 'id'))
      where entity_id is null returning *
    )
    insert into registry_entity (id, name, state, division, imported_at) overriding system value
    select entity_id, name, coalesce(state, 'active'), coalesce(division, division_of_code), ${now}::timestamptz
    from fresh`.execute(tx);
  await sql`insert into registry_number (entity_id, kind, value)
    select s.entity_id, n.kind, n.value from stage_number n join stage_entity s on s.line = n.line`.execute(
    tx,
  );
  return { added: Number(added.numAffectedRows ?? 0), updated: Number(updated.numAffectedRows ?? 0) };
}
