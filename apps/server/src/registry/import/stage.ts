/** The lines of a file beside the register, in tables that only this transaction sees. */
import { IdentityKind } from '@certdesk/contract';
import { sql } from 'kysely';
import { reportedAtMost } from '../../platform/table-file/bad-lines.ts';
import type { Tx } from '../../schema/database.ts';
import type { BadRegisterLine } from './report.ts';
import type { RegisterRow } from './row.ts';

export async function makeStage(tx: Tx): Promise<void> {
  await sql`create temporary table stage_entity (line bigint primary key, name text, state text, division text,
    division_of_code text, numbers jsonb, entity_id bigint) on commit drop`.execute(tx);
  await sql`create temporary table stage_number (line bigint, kind text, value text) on commit drop`.execute(
    tx,
  );
}

/** One statement, however many rows. */
export async function stage(tx: Tx, rows: readonly RegisterRow[]): Promise<void> {
  if (rows.length === 0) return;
  const numbers = rows.map(({ numbers }) =>
    JSON.stringify(Object.fromEntries(numbers.map(({ kind, value }) => [kind, value]))),
  );
  await sql`with staged as (
      insert into stage_entity (line, name, state, division, division_of_code, numbers) select * from unnest(
        ${rows.map(({ line }) => line)}::bigint[], ${rows.map(({ name }) => name)}::text[],
        ${rows.map(({ state }) => state)}::text[], ${rows.map(({ division }) => division)}::text[],
        ${rows.map(({ divisionOfCode }) => divisionOfCode)}::text[], ${numbers}::jsonb[])
      returning line, numbers
    )
    insert into stage_number select line, key, value from staged, jsonb_each_text(numbers)`.execute(tx);
}

/** To be called when all lines are staged, before they are matched: the planner knows nothing of new tables. */
export async function analyzeStage(tx: Tx): Promise<void> {
  await sql`create index on stage_number (kind, value)`.execute(tx);
  await sql`analyze stage_number, stage_entity`.execute(tx);
}

/**
 * Lines that name a number of an earlier line, numbers of different entities of the register, or the entity of an
 * earlier line by another number.
 * @param options `replace`: the file is the whole register, so that numbers may have changed hands
 * @returns how many lines, and the first of what is wrong with them
 */
export async function findCollisions(
  tx: Tx,
  { replace }: { replace: boolean },
): Promise<{ count: number; bad: BadRegisterLine[] }> {
  const { rows } = await sql<{
    line: string;
    problem: 'duplicate' | 'two-entities' | 'same-entity';
    kind: string | null;
    other: string | null;
    count: string;
  }>`
    with twice as (
      select n.line, 'duplicate' as problem, n.kind, f.first as other from stage_number n
      join (select kind, value, min(line) as first from stage_number group by kind, value having count(*) > 1) f
        on f.kind = n.kind and f.value = n.value and f.first < n.line
    ), known as materialized (
      select distinct n.line, r.entity_id from stage_number n
      join registry_number r on r.kind = n.kind and r.value = n.value where not ${replace}::boolean
    ), split as (
      select line, 'two-entities' as problem, null::text as kind, null::bigint as other from known
      group by line having count(*) > 1
    ), same as (
      select k.line, 'same-entity' as problem, null::text as kind, min(f.first) as other from known k
      join (select entity_id, min(line) as first from known group by entity_id having count(*) > 1) f
        on f.entity_id = k.entity_id and f.first < k.line
      where k.line not in (select line from twice union all select line from split)
      group by k.line
    ), collision as (
      select * from twice union all select * from split union all select * from same
    )
    select *, (select count(distinct line) from collision) as count from collision
    order by line, problem, kind limit ${reportedAtMost}`.execute(tx);
  const bad = rows.map(({ line, problem, kind, other }) => ({
    line: Number(line),
    problem,
    ...(kind && { column: IdentityKind.parse(kind) }),
    ...(other && { other: Number(other) }),
  }));
  return { count: Number(rows[0]?.count ?? 0), bad };
}
