-- ── the import that last said an entity: changed or confirmed it ──

-- Entities were written with their import's time. One whose import is not known is of an import of its own.
insert into registry_import (id, source, digest, rows, imported_at)
  select gen_random_uuid(), 'unknown', '', count(*), entity.imported_at from registry_entity entity
  where not exists (select from registry_import import where import.imported_at = entity.imported_at)
  group by entity.imported_at;
alter table registry_entity add column import_id uuid;
update registry_entity entity set import_id =
  (select id from registry_import import where import.imported_at = entity.imported_at order by id limit 1);
alter table registry_entity alter column import_id set not null, drop column imported_at;
alter table registry_entity add foreign key (import_id) references registry_import;

-- ── what each import changed ──

create table registry_change (
  id bigint generated always as identity primary key,
  import_id uuid not null references registry_import,
  -- refers to nothing: the history of an entity that was removed stays
  entity_id bigint not null,
  kind text not null check (kind in ('added', 'changed', 'removed')),
  -- of the file; null for what was removed
  line bigint,
  -- by column: all that an entity had, or of a changed one what differs; before is null when added, after when removed
  before jsonb,
  after jsonb
);
create index registry_change_entity on registry_change (entity_id);
create index registry_change_import on registry_change (import_id, id);

-- Numbers that an entity has no longer: its history is found by them too.
create table registry_former_number (
  kind text not null,
  value text not null,
  entity_id bigint not null,
  primary key (kind, value, entity_id)
);

-- ── one spelling ──

-- An organisation code is stored without its hyphen; the desk's entities get the spelling of the register. Where two rows
-- would become one they stay as they are: which entity has the number is not for a migration to decide.
with wanted as (
  select kind, replace(value, '-', '') as value, min(value) as given from registry_number
  where kind = 'organizationCode' and value ~ '^[0-9A-Z]{8}-?[0-9X]$' group by 1, 2 having count(*) = 1
)
update registry_number number set value = wanted.value from wanted
  where number.kind = wanted.kind and number.value = wanted.given and wanted.value <> wanted.given;

with spelled as (
  select kind, value as given, upper(regexp_replace(normalize(value, nfkc), '\s', '', 'g')) as value from entity_number
), wanted as (
  select kind, case when kind = 'organizationCode' then regexp_replace(value, '^([0-9A-Z]{8})-([0-9X])$', '\1\2') else value end
    as value, min(given) as given
  from spelled group by 1, 2 having count(*) = 1
)
update entity_number number set value = wanted.value from wanted
  where number.kind = wanted.kind and number.value = wanted.given and wanted.value <> wanted.given;
