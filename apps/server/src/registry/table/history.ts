/** What the register as a table knows of an entity, and how it came to know it. */
import { type IdentityNumber, identityKinds } from '@certdesk/contract';
import type { Db } from '../../schema/database.ts';
import type { RegistryChangeTable } from '../../schema/tables.ts';
import { type FieldChange, fieldChanges } from '../import/list.ts';
import { lookupValue } from '../lookup-value.ts';

export interface HistoryEntry extends Pick<RegistryChangeTable, 'kind'> {
  readonly importId: string;
  readonly importedAt: Date;
  /** The file's name. */
  readonly source: string;
  /** Of the file; null for an entity that was removed. */
  readonly line: number | null;
  /** Which entity: a number may have had several, one after the other. */
  readonly entityId: string;
  readonly fields: readonly FieldChange[];
}

/**
 * What imports changed about the entities that have this number or had it, the first import first. Entities that were
 * imported before changes were written down have none of that time.
 * @param code of any kind of number
 */
export async function historyOf(db: Db, code: string): Promise<HistoryEntry[]> {
  const numbers = asAnyKind(code);
  const rows = await db
    .selectFrom('registry_change as change')
    .innerJoin('registry_import as import', 'import.id', 'change.import_id')
    .select([
      'change.kind',
      'change.line',
      'change.entity_id',
      'change.before',
      'change.after',
      'change.import_id',
      'import.imported_at',
      'import.source',
    ])
    .where('change.entity_id', 'in', (select) =>
      select
        .selectFrom('registry_number')
        .select('entity_id')
        .where((where) => where.or(numbers.map((number) => where.and(number))))
        .union(
          select
            .selectFrom('registry_former_number')
            .select('entity_id')
            .where((where) => where.or(numbers.map((number) => where.and(number)))),
        ),
    )
    .orderBy('change.id')
    .execute();
  return rows.map(({ kind, line, entity_id, before, after, import_id, imported_at, source }) => ({
    kind,
    line: line === null ? null : Number(line),
    entityId: entity_id,
    fields: fieldChanges(before, after),
    importId: import_id,
    importedAt: imported_at,
    source,
  }));
}

/** One text as each kind of number that it may be. */
export function asAnyKind(code: string): IdentityNumber[] {
  return identityKinds.map((kind) => ({ kind, value: lookupValue(kind, code) }));
}
