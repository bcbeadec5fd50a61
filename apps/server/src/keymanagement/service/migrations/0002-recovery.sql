-- Recovery of a pair by two people. Officers are the key management's own: the desk's register of operators counts for nothing here.

create table recovery_officer (
  id text primary key,
  name text not null,
  -- SubjectPublicKeyInfo, DER; one person's key is nobody else's, not even a former officer's
  public_key bytea not null,
  public_key_digest text not null unique,
  created_at timestamptz not null,
  disabled_at timestamptz,
  -- HMAC-SHA-256 over the row, under a key made of the storage key: a row that was written without the passphrase is no officer
  voucher bytea not null
);

-- What was recovered: written before the envelope is answered.
create table recovery (
  id uuid primary key,
  pair_id uuid not null references encryption_pair,
  -- SHA-256 of the receiver's certificate, DER
  receiver text not null,
  at timestamptz not null
);

-- Each signed command is good for one recovery.
create table recovery_command (
  nonce text primary key,
  recovery_id uuid not null references recovery,
  officer text not null references recovery_officer
);

create trigger recovery_kept before update or delete or truncate on recovery
  for each statement execute function refuse_change();
create trigger recovery_command_kept before update or delete or truncate on recovery_command
  for each statement execute function refuse_change();
create trigger recovery_officer_kept before delete or truncate on recovery_officer
  for each statement execute function refuse_change();
