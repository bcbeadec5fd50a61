-- The desk's tables. Plain, numbered, forward only; nothing here needs more than PostgreSQL 15.
-- Octets are bytea; digests are SHA-256 in lower-case hex unless a column says otherwise.

-- ── the legal-entity register (registry/table): what the authoritative register said when it was last imported ──

create table registry_entity (
  id bigint generated always as identity primary key,
  name text not null,
  state text not null check (state in ('active', 'closed')),
  division text,
  imported_at timestamptz not null
);

create table registry_number (
  entity_id bigint not null references registry_entity on delete cascade,
  kind text not null,
  value text not null,
  primary key (entity_id, kind)
);
create unique index registry_number_value on registry_number (kind, value);

create table registry_import (
  id uuid primary key,
  source text not null,
  digest text not null,
  rows bigint not null,
  imported_at timestamptz not null
);

-- ── entities, lines, certificates ──

create table entity (
  id uuid primary key,
  name text not null,
  created_at timestamptz not null
);

create table entity_number (
  entity_id uuid not null references entity,
  kind text not null,
  value text not null,
  primary key (entity_id, kind)
);
create unique index entity_number_value on entity_number (kind, value);

create table certificate_line (
  id uuid primary key,
  entity_id uuid not null references entity,
  -- fixed when the line begins; the price depends on it
  ordinal int not null check (ordinal >= 1),
  created_at timestamptz not null,
  unique (entity_id, ordinal)
);

create table certificate (
  id uuid primary key,
  line_id uuid references certificate_line,
  -- null for certificates of registration clients, which stand outside every line
  entity_id uuid references entity,
  digest text not null unique,
  der bytea not null,
  serial_number text not null,
  issuer text not null,
  public_key_digest text not null,
  use text not null check (use in ('signing', 'encryption')),
  profile text not null,
  state text not null check (state in ('issued', 'in-force', 'suspended', 'superseded', 'revoked')),
  source text not null check (source in ('issued', 'imported')),
  not_before timestamptz not null,
  not_after timestamptz not null,
  issued_at timestamptz not null,
  state_changed_at timestamptz not null,
  revocation_reason text,
  superseded_by uuid references certificate
);
create unique index certificate_serial on certificate (issuer, serial_number);
create index certificate_line_id on certificate (line_id);
create index certificate_public_key on certificate (public_key_digest);
-- Two signing certificates of a line are never in force at once.
create unique index certificate_in_force on certificate (line_id) where state = 'in-force' and use = 'signing';

-- What the authority means to sign, committed before anything is signed. One row becomes at most one certificate.
create table issuance_intent (
  id uuid primary key,
  -- who asked and for what; the same again is the same intent
  idempotency_key text not null unique,
  profile text not null,
  public_key bytea not null,
  public_key_digest text not null,
  request_digest text not null,
  serial_number text not null unique,
  -- subject, identity numbers and validity: all that goes into the certificate (JSON of `IntentContent`)
  content jsonb not null,
  state text not null check (state in ('intended', 'issued', 'withdrawn')),
  -- without a case there is no proof to wait for: the certificate comes into force when it is issued
  case_id uuid,
  line_id uuid references certificate_line,
  entity_id uuid references entity,
  certificate_id uuid references certificate,
  created_at timestamptz not null,
  settled_at timestamptz
);
create index issuance_intent_open on issuance_intent (created_at) where state = 'intended';
create index issuance_intent_case on issuance_intent (case_id);
-- Outside cases, which decide for themselves, a key pair is certified once, whoever asks and on whichever node.
create unique index issuance_intent_key on issuance_intent (public_key_digest)
  where case_id is null and state <> 'withdrawn';

-- Other systems of the authority that ask for certificates over HTTP.
create table registration_client (
  id text primary key,
  name text not null,
  public_key bytea not null,
  profiles text[] not null,
  daily_limit int not null check (daily_limit >= 0),
  enabled boolean not null default false,
  created_at timestamptz not null
);

create table registration_usage (
  client_id text not null references registration_client,
  day date not null,
  issued int not null,
  primary key (client_id, day)
);

-- ── cases ──

create sequence case_number;

create table desk_case (
  id uuid primary key,
  number text not null unique,
  journey text not null,
  entity_id uuid not null references entity,
  line_id uuid references certificate_line,
  -- certificate that the case was opened with
  certificate_id uuid not null references certificate,
  changes_certificate boolean not null,
  state text not null,
  open boolean not null,
  -- what the journey keeps; its shape is the journey's own
  data jsonb not null,
  -- raised by one with every transition
  version int not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  ends_at timestamptz
);
-- At most one open case that changes certificates per line.
create unique index desk_case_one_open on desk_case (line_id) where open and changes_certificate;
create index desk_case_entity on desk_case (entity_id, created_at desc);
create index desk_case_ends on desk_case (ends_at) where open;

create table case_event (
  case_id uuid not null references desk_case,
  version int not null,
  at timestamptz not null,
  event text not null,
  from_state text,
  to_state text not null,
  actor text not null,
  data jsonb not null,
  primary key (case_id, version)
);

-- ── access ──

-- Orders to assistants: sign-in challenges too. Single use: `taken_at` or `used_at` is set once.
create table key_order (
  id uuid primary key,
  purpose text not null,
  nonce text not null unique,
  payload bytea not null,
  -- SHA-256 of the cookie of the browser that asked for it
  browser_digest text not null,
  case_id uuid references desk_case,
  created_at timestamptz not null,
  -- an order renewed while its window waited keeps its id and gets a new nonce
  renewed_at timestamptz not null,
  first_asked_at timestamptz not null,
  taken_at timestamptz,
  attempt text,
  token_digest text unique,
  token_used_at timestamptz,
  closed_at timestamptz
);
create index key_order_case on key_order (case_id) where closed_at is null;
create index key_order_created on key_order (created_at);

create table session (
  -- SHA-256 of the cookie
  id_digest text primary key,
  certificate_id uuid not null references certificate,
  entity_id uuid not null references entity,
  line_id uuid not null references certificate_line,
  mode text not null check (mode in ('full', 'renewal-only')),
  created_at timestamptz not null,
  used_at timestamptz not null,
  expires_at timestamptz not null
);
create index session_expires on session (expires_at);

-- One row per bucket, whatever its limit: when a request costs its share of the period, the bucket is empty again then.
create table rate_limit (
  bucket text primary key,
  empty_at timestamptz not null
);
create index rate_limit_empty on rate_limit (empty_at);

-- ── audit ──

create table audit_event (
  id bigint generated always as identity primary key,
  at timestamptz not null,
  actor text not null,
  action text not null,
  subject text not null,
  -- no secrets; personal data masked
  data jsonb not null
);

-- Rows the sealer has not linked yet; written and read in the same transactions as the rows themselves.
create table audit_pending (
  event_id bigint primary key
);

create table audit_link (
  seq bigint primary key,
  event_id bigint not null unique,
  -- SM3, lower-case hex: of the link before it and this row
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
create trigger case_event_fixed before update or delete or truncate on case_event
  for each statement execute function refuse_change();
