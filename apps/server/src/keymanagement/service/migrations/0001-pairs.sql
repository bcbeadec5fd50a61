-- The key management's own tables, in a schema that the desk's database user has no right to.

create table encryption_pair (
  id uuid primary key,
  -- SubjectPublicKeyInfo, DER
  public_key bytea not null,
  public_key_digest text not null unique,
  -- the private key under the key-management key: nonce ‖ AES-256-GCM ‖ tag, bound to id and public key
  sealed bytea not null,
  state text not null check (state in ('spare', 'in-use', 'history')),
  made_at timestamptz not null,
  given_at timestamptz,
  retired_at timestamptz,
  check ((state = 'spare') = (given_at is null))
);
create index encryption_pair_spare on encryption_pair (made_at, id) where state = 'spare';

-- What a pair was asked for: one intent has one pair and one signing key, for good.
create table pair_intent (
  intent text primary key,
  -- null: retired before it got one, and never gets one
  pair_id uuid unique references encryption_pair,
  -- SHA-256 of the signing twin's SubjectPublicKeyInfo
  signing_key_digest text,
  retired text check (retired in ('superseded', 'withdrawn')),
  at timestamptz not null
);

create table audit_event (
  id bigint generated always as identity primary key,
  at timestamptz not null,
  actor text not null,
  action text not null,
  subject text not null,
  data jsonb not null
);
create table audit_pending (
  event_id bigint primary key
);
create table audit_link (
  seq bigint primary key,
  event_id bigint not null unique,
  digest text not null
);
create table audit_head (
  seq bigint primary key,
  digest text not null,
  at timestamptz not null,
  signature bytea not null
);

create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'rows of % are never changed', tg_table_name;
end $$;

create trigger audit_event_fixed before update or delete or truncate on audit_event
  for each statement execute function refuse_change();
create trigger audit_link_fixed before update or delete or truncate on audit_link
  for each statement execute function refuse_change();
-- A pair may go from spare to in use to history, and never away: what was encrypted to it must stay readable.
create trigger encryption_pair_kept before delete or truncate on encryption_pair
  for each statement execute function refuse_change();
