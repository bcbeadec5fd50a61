import type { Tx } from '../../schema/database.ts';

/**
 * The division that the table gives an entity of this desk, by any of its numbers; undefined where it gives none, or where
 * its numbers belong to different entities there. One look at indexes: sign-in waits for it.
 */
export async function divisionInTable(tx: Tx, entityId: string): Promise<string | undefined> {
  const rows = await tx
    .selectFrom('entity_number as own')
    .innerJoin('registry_number as number', (join) =>
      join.onRef('number.kind', '=', 'own.kind').onRef('number.value', '=', 'own.value'),
    )
    .innerJoin('registry_entity as entity', 'entity.id', 'number.entity_id')
    .select(['entity.id', 'entity.division'])
    .distinct()
    .where('own.entity_id', '=', entityId)
    .limit(2)
    .execute();
  const [row, other] = rows;
  return other ? undefined : (row?.division ?? undefined);
}
