import { IdentityKind, type IdentityNumber } from '@certdesk/contract';
import type { Clock } from '../../platform/clock.ts';
import type { Db } from '../../schema/database.ts';
import { lookupValue } from '../lookup-value.ts';
import type { Registry, RegistryAnswer } from '../registry.ts';

/**
 * The register as a table of this database, filled by imports. Before the first import it is `silent`: an empty table
 * knows nobody, and every holder would be sent to a counter for it.
 */
export function tableRegistry({ db, clock }: { db: Db; clock: Clock }): Registry {
  return {
    async find(numbers): Promise<RegistryAnswer> {
      const askedAt = clock();
      const owners = numbers.length === 0 ? [] : await ownersOf(db, numbers);
      const [owner, other] = owners;
      if (other) return { kind: 'unknown', reason: 'conflict', askedAt };
      if (!owner) {
        const imported = await db.selectFrom('registry_import').select('id').limit(1).executeTakeFirst();
        return imported
          ? { kind: 'unknown', reason: 'no-such-number', askedAt }
          : { kind: 'silent', askedAt };
      }
      const entity = await db
        .selectFrom('registry_entity')
        .select(['name', 'state', 'division'])
        .where('id', '=', owner)
        .executeTakeFirstOrThrow();
      const rows = await db
        .selectFrom('registry_number')
        .select(['kind', 'value'])
        .where('entity_id', '=', owner)
        .orderBy('kind')
        .execute();
      return {
        kind: 'found',
        entity: {
          name: entity.name,
          state: entity.state,
          numbers: rows.flatMap(({ kind, value }) => {
            const known = IdentityKind.safeParse(kind);
            return known.success ? [{ kind: known.data, value }] : [];
          }),
          ...(entity.division && { division: entity.division }),
        },
        askedAt,
      };
    },
  };
}

async function ownersOf(db: Db, numbers: readonly IdentityNumber[]): Promise<string[]> {
  const rows = await db
    .selectFrom('registry_number')
    .select('entity_id')
    .distinct()
    .where((where) =>
      where.or(numbers.map(({ kind, value }) => where.and({ kind, value: lookupValue(value) }))),
    )
    .limit(2)
    .execute();
  return rows.map((row) => row.entity_id);
}
