-- ── codes that look wrong and are genuine: an operator says so, once for each code ──

create table entity_allowance (
  id uuid primary key,
  -- as identity numbers have it, and the code as it is looked up
  kind text not null,
  code text not null,
  reason text not null,
  -- as the audit log names whoever decided
  allowed_by text not null,
  allowed_at timestamptz not null,
  -- the row stays when the allowance is withdrawn
  withdrawal_reason text,
  withdrawn_by text,
  withdrawn_at timestamptz,
  check (num_nulls(withdrawal_reason, withdrawn_by, withdrawn_at) in (0, 3))
);
create unique index entity_allowance_good on entity_allowance (kind, code) where withdrawn_at is null;
