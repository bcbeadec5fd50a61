/** Which entity of the register each staged line is about. */
import type { IdentityKind } from '@certdesk/contract';
import { sql } from 'kysely';
import type { Tx } from '../../schema/database.ts';

/**
 * Gives each line the entity that shares a number with it; a line without one is about a new entity. Where numbers changed
 * hands, which only a file that is the whole register may say, the unified code decides, then a number beside the same
 * name, then any number; no two lines are about one entity.
 * @param kinds the kinds of numbers that the file has columns for
 */
export async function matchLines(tx: Tx, kinds: readonly IdentityKind[]): Promise<void> {
  const others = kinds.filter((kind) => kind !== 'uscc');
  if (kinds.includes('uscc')) await matchBy(tx, 'uscc', { sameName: false });
  for (const sameName of [true, false]) {
    for (const kind of others) await matchBy(tx, kind, { sameName });
  }
}

/** A number of one kind stands in one line at most and belongs to one entity at most. */
async function matchBy(tx: Tx, kind: IdentityKind, { sameName }: { sameName: boolean }): Promise<void> {
  await sql`update stage_entity s set entity_id = e.id
    from stage_number n
    join registry_number r on r.kind = n.kind and r.value = n.value
    join registry_entity e on e.id = r.entity_id
    where n.kind = ${kind} and s.line = n.line and s.entity_id is null
      and (e.name = s.name or not ${sameName}::boolean)
      and not exists (select from stage_entity taken where taken.entity_id = e.id)`.execute(tx);
}
