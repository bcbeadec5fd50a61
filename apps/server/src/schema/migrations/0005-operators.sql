-- ── operators: the authority's staff, who sign what they order ──

create table operator (
  -- lower-case letters, digits and hyphens
  id text primary key,
  name text not null,
  -- SubjectPublicKeyInfo of an SM2 or P-256 key
  public_key bytea not null,
  public_key_digest text not null unique,
  -- separate duties (GM/T 0037)
  roles text[] not null,
  created_at timestamptz not null,
  disabled_at timestamptz
);

-- Every command that was accepted, as it was signed: the octets after the type, and the signature.
create table operator_command (
  id uuid primary key,
  operator_id text not null references operator,
  action text not null,
  subject text not null,
  -- SHA-256 of action, subject and parameters: what two people must agree on
  content_digest text not null,
  -- each is good once
  nonce text not null unique,
  payload bytea not null,
  signature bytea not null,
  accepted_at timestamptz not null,
  -- waiting: for a second person; lapsed: nobody came in time, or its operator may not order it any more
  state text not null check (state in ('waiting', 'done', 'lapsed')),
  -- the command of the second person, with which it was carried out
  seconded_by uuid references operator_command
);
create unique index operator_command_waiting on operator_command (content_digest) where state = 'waiting';
create index operator_command_subject on operator_command (subject, accepted_at);
