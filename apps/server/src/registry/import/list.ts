/** What an import changed, for people: field by field, old and new. */
import { type IdentityNumber, identityKinds } from '@certdesk/contract';
import type { Db } from '../../schema/database.ts';
import type { RegistryChangeTable } from '../../schema/tables.ts';
import { type Column, registerFields } from './columns.ts';

export interface FieldChange {
  readonly field: Column;
  /** Null: it had none. */
  readonly before: string | null;
  /** Null: it has none any more. */
  readonly after: string | null;
}

export interface RegisterChange {
  readonly kind: RegistryChangeTable['kind'];
  /** Of the file; null for an entity that was removed. */
  readonly line: number | null;
  /** As it was called before. */
  readonly name: string;
  /** What it is known by best: the unified code where it has one. */
  readonly number: IdentityNumber | null;
  readonly fields: readonly FieldChange[];
}

const pageSize = 1000;

/** All that an import changed, in the file's order, what it removed at the end; never more than a page of it in memory. */
export async function* listChanges(db: Db, importId: string): AsyncGenerator<RegisterChange> {
  for (let last = '0'; ; ) {
    const rows = await db
      .selectFrom('registry_change as change')
      .leftJoin('registry_entity as entity', 'entity.id', 'change.entity_id')
      .select((select) => [
        'change.id',
        'change.kind',
        'change.line',
        'change.before',
        'change.after',
        'entity.name',
        select
          .selectFrom('registry_number as number')
          .select((select) => select.fn.jsonAgg(select.fn.toJson('number')).as('numbers'))
          .whereRef('number.entity_id', '=', 'change.entity_id')
          .as('numbers'),
      ])
      .where('change.import_id', '=', importId)
      .where('change.id', '>', last)
      .orderBy('change.id')
      .limit(pageSize)
      .execute();
    for (const { kind, line, before, after, name, numbers } of rows) {
      const known = new Map((numbers ?? []).map((number) => [number.kind, number.value]));
      const best = identityKinds.find((one) => known.has(one) || before?.[one]);
      const value = best && (known.get(best) ?? before?.[best]);
      yield {
        kind,
        line: line === null ? null : Number(line),
        name: before?.['name'] ?? name ?? '',
        number: best && value ? { kind: best, value } : null,
        fields: fieldChanges(before, after),
      };
    }
    const end = rows.at(-1);
    if (!end) return;
    last = end.id;
  }
}

type Fields = Readonly<Record<string, string | null>> | null;

/** In the order of the columns. @param before, after what differs, or all that an entity had */
export function fieldChanges(before: Fields, after: Fields): FieldChange[] {
  return registerFields
    .map((field) => ({ field, before: before?.[field] ?? null, after: after?.[field] ?? null }))
    .filter((change) => change.before !== change.after);
}
