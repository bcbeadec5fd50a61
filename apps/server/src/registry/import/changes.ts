/**
 * What an import changes, entity by entity: found before anything is applied, applied from here alone, and kept as the
 * entities' history.
 */
import type { IdentityKind } from '@certdesk/contract';
import { type RawBuilder, sql } from 'kysely';
import type { Tx } from '../../schema/database.ts';
import { registerFields } from './columns.ts';

export interface ImportScope {
  /** The kinds of numbers that the file has columns for. */
  readonly kinds: readonly IdentityKind[];
  /** The file is the whole register. */
  readonly replace: boolean;
}

export interface ChangeCounts {
  readonly added: number;
  readonly changed: number;
  /** Only where the file replaces all. */
  readonly removed: number;
}

/**
 * Writes what the matched lines change. Of an entity that is there, what the file has no column for stays as it is, unless
 * the file is the whole register.
 */
export async function findChanges(tx: Tx, importId: string, { kinds, replace }: ImportScope) {
  await sql`insert into registry_change (import_id, entity_id, kind, line, before, after)
    select ${importId}, coalesce(entity_id, nextval(pg_get_serial_sequence('registry_entity', 'id'))),
      case when entity_id is null then 'added' else 'changed' end, line,
      case when entity_id is not null then ${differing('before', 'after')} end,
      case when entity_id is null then after else ${differing('after', 'before')} end
    from (
      select s.line, s.entity_id, known.fields as before, jsonb_strip_nulls(jsonb_build_object(
          'name', s.name, 'state', coalesce(s.state, kept.fields ->> 'state', 'active'),
          'division', coalesce(s.division, kept.fields ->> 'division', s.division_of_code)
        )) || (kept.fields - ${[...kinds, 'name', 'state', 'division']}::text[]) || s.numbers as after
      from stage_entity s
      left join registry_entity e on e.id = s.entity_id
      cross join lateral (select case when e.id is not null then ${fieldsOf('e')} end as fields) known
      cross join lateral (
        select case when ${replace}::boolean then '{}' else coalesce(known.fields, '{}') end as fields) kept
    ) said
    where before is distinct from after order by line`.execute(tx);
  if (replace) {
    await sql`insert into registry_change (import_id, entity_id, kind, before)
      select ${importId}, e.id, 'removed', ${fieldsOf('e')} from registry_entity e
      where not exists (select from stage_entity s where s.entity_id = e.id) order by e.id`.execute(tx);
  }
  await sql`analyze registry_change`.execute(tx);
}

/** All that the register has of an entity, by column; what it lacks is left out. @param entity a row of registry_entity */
function fieldsOf(entity: string): RawBuilder<unknown> {
  const of = (column: string) => sql.ref(`${entity}.${column}`);
  return sql`jsonb_strip_nulls(jsonb_build_object(
      'name', ${of('name')}, 'state', ${of('state')}, 'division', ${of('division')}))
    || (select coalesce(jsonb_object_agg(kind, value), '{}') from registry_number where entity_id = ${of('id')})`;
}

/** What one object has where the other has something else; null where it has nothing there. */
function differing(one: 'before' | 'after', other: 'before' | 'after'): RawBuilder<unknown> {
  const [mine, theirs] = [sql.ref(one), sql.ref(other)];
  return sql`(select jsonb_object_agg(field, ${mine} -> field) from unnest(${registerFields}::text[]) field
    where ${mine} -> field is distinct from ${theirs} -> field)`;
}

export async function countChanges(tx: Tx, importId: string): Promise<ChangeCounts> {
  const rows = await tx
    .selectFrom('registry_change')
    .select(['kind', (select) => select.fn.countAll<string>().as('count')])
    .where('import_id', '=', importId)
    .groupBy('kind')
    .execute();
  const count = (kind: string) => Number(rows.find((row) => row.kind === kind)?.count ?? 0);
  return { added: count('added'), changed: count('changed'), removed: count('removed') };
}
