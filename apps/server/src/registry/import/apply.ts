/** Bringing the register to what an import changes. */
import { identityKinds } from '@certdesk/contract';
import { sql } from 'kysely';
import type { Tx } from '../../schema/database.ts';

/** Applies what `findChanges` wrote, and notes at every entity that a line is about that this import said it. */
export async function applyChanges(tx: Tx, importId: string): Promise<void> {
  const isNumber = sql`key = any(${identityKinds}::text[]) and value is not null`;
  await sql`insert into registry_former_number (kind, value, entity_id)
    select key, value, entity_id from registry_change, jsonb_each_text(before)
    where import_id = ${importId} and kind in ('changed', 'removed') and ${isNumber}
    on conflict do nothing`.execute(tx);
  await sql`delete from registry_number n using registry_change c
    where c.import_id = ${importId} and c.kind in ('changed', 'removed')
      and n.entity_id = c.entity_id and c.before ? n.kind`.execute(tx);
  await sql`delete from registry_entity e using registry_change c
    where c.import_id = ${importId} and c.kind = 'removed' and e.id = c.entity_id`.execute(tx);
  await sql`update registry_entity e set import_id = ${importId} from stage_entity s
    where e.id = s.entity_id`.execute(tx);
  await sql`update registry_entity e set name = coalesce(c.after ->> 'name', e.name),
      state = coalesce(c.after ->> 'state', e.state),
      division = case when c.after ? 'division' then c.after ->> 'division' else e.division end
    from registry_change c
    where c.import_id = ${importId} and c.kind = 'changed' and e.id = c.entity_id`.execute(tx);
  await sql`insert into registry_entity (id, name, state, division, import_id) overriding system value
    select entity_id, after ->> 'name', after ->> 'state', after ->> 'division', import_id from registry_change
    where import_id = ${importId} and kind = 'added'`.execute(tx);
  await sql`insert into registry_number (entity_id, kind, value)
    select entity_id, key, value from registry_change, jsonb_each_text(after)
    where import_id = ${importId} and ${isNumber}`.execute(tx);
}
