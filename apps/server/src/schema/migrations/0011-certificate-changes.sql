-- A line has got another certificate: one row for each, written with the proof that brings it into force. Whoever activates
-- certificates in other systems reads them in the order of `seq`.

create table certificate_change (
  id uuid primary key,
  seq bigint generated always as identity unique,
  line_id uuid not null references certificate_line,
  entity_id uuid not null references entity,
  case_id uuid not null unique references desk_case,
  journey text not null,
  old_certificate_id uuid not null references certificate,
  new_certificate_id uuid not null unique references certificate,
  -- identity numbers that the new certificate has and the old one had not: [{"kind", "value"}]
  added jsonb not null,
  at timestamptz not null
);
create index certificate_change_line on certificate_change (line_id, seq);
