import { IdentityKind, type IdentityNumber } from '@certdesk/contract';
import type { Clock } from '../../platform/clock.ts';
import type { Db } from '../../schema/database.ts';
import { lookupValue } from '../lookup-value.ts';
import type { AnswerOrigin, Registry, RegistryEntity } from '../registry.ts';

/**
 * The register as a table of this database, filled by imports. While it is empty it is `silent`: it knows nobody, and
 * every holder would be sent to a counter for it.
 *
 * A lost database is not `silent`: `find` then rejects with DeskError `database-unavailable`, as the whole desk does.
 */
export function tableRegistry({ db, clock }: { db: Db; clock: Clock }): Registry {
  return {
    async find(numbers) {
      const askedAt = clock();
      const [entity, other] = await entitiesWith(db, numbers);
      if (other) return { kind: 'unknown', reason: 'conflict', askedAt };
      if (entity) return { kind: 'found', ...entity, askedAt };
      if (await isEmpty(db)) return { kind: 'silent', askedAt };
      return { kind: 'unknown', reason: 'no-such-number', askedAt };
    },
  };
}

export interface Found {
  readonly entity: RegistryEntity;
  readonly origin: AnswerOrigin;
}

/** All entities that have any of these numbers, by one statement: an import beside it is seen whole or not at all. */
export async function entitiesWith(db: Db, numbers: readonly IdentityNumber[]): Promise<Found[]> {
  if (numbers.length === 0) return [];
  const rows = await db
    .selectFrom('registry_entity as entity')
    .innerJoin('registry_import as import', 'import.id', 'entity.import_id')
    .innerJoin('registry_number as number', 'number.entity_id', 'entity.id')
    .select([
      'entity.id',
      'entity.name',
      'entity.state',
      'entity.division',
      'entity.import_id',
      'import.imported_at',
      'number.kind',
      'number.value',
    ])
    .where('entity.id', 'in', (query) =>
      query
        .selectFrom('registry_number')
        .select('entity_id')
        .where((where) =>
          where.or(numbers.map(({ kind, value }) => where.and({ kind, value: lookupValue(kind, value) }))),
        ),
    )
    .orderBy('number.kind')
    .execute();
  const entities = new Map<string, Found>();
  for (const { id, name, state, division, import_id: reference, imported_at: saidAt, kind, value } of rows) {
    const found = entities.get(id) ?? {
      entity: { name, state, numbers: [], ...(division && { division }) },
      origin: { register: 'table', reference, saidAt },
    };
    const known = IdentityKind.safeParse(kind);
    if (known.success) found.entity.numbers.push({ kind: known.data, value });
    entities.set(id, found);
  }
  return [...entities.values()];
}

async function isEmpty(db: Db): Promise<boolean> {
  return !(await db.selectFrom('registry_entity').select('id').limit(1).executeTakeFirst());
}
