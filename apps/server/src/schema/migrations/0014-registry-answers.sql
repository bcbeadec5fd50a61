-- What a register over HTTP said of an entity, kept for while it is fresh and for when the register is silent. It holds what an
-- import would have put into the register's own tables, and goes when it is too old.
create table registry_answer (
  -- digest of what was asked and of whom
  question text primary key,
  entity jsonb not null,
  -- the request's id
  reference text not null,
  said_at timestamptz not null,
  kept_until timestamptz not null
);
create index registry_answer_kept on registry_answer (kept_until);
