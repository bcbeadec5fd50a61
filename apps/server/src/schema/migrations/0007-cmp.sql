-- Another CA behind the port, over CMP (authority/cmp).

-- Another CA chooses the serial numbers itself: null until its certificate is there, and after.
alter table issuance_intent alter column serial_number drop not null;
-- The PKCS#10 request as it came, for a CA that wants it whole. Null for intents from before.
alter table issuance_intent add column request bytea;
-- A CA that takes its time said when to ask again: jobs leave the intent alone until then.
alter table issuance_intent add column resume_at timestamptz;

-- One transaction with the CA for each intent: committed before the CA is asked, so that after a crash or a lost answer the
-- same transaction is taken up again.
create table cmp_transaction (
  intent_id uuid primary key references issuance_intent on delete cascade,
  transaction_id bytea not null unique,
  -- Raised where the CA knows nothing of a transaction that it was asked for, and is asked anew.
  attempt int not null,
  state text not null check (state in (
    'open',        -- nothing sent
    'asked',       -- sent; the answer did not come, or not yet
    'waiting',     -- the CA said: poll
    'granted',     -- its certificate is stored, and is confirmed once the holder's key has proved itself
    'confirming',  -- the key has proved itself: the confirmation is owed
    'rejecting',   -- its certificate is not wanted: rejection and revocation are owed
    'abandoned',   -- withdrawn while the CA was asked: whatever it still issues is rejected
    'closed'
  )),
  -- certReqId of the CA's answer
  request_id int,
  -- senderNonce of the CA's last message, which the next one answers
  server_nonce bytea,
  -- what the CA issued, as long as it is to be confirmed or rejected
  certificate bytea,
  -- until when the CA waits for the confirmation, where it said so
  confirm_by timestamptz,
  -- a node is talking to the CA
  busy_until timestamptz,
  -- not before then
  due_at timestamptz not null,
  tries int not null
);
create index cmp_transaction_due on cmp_transaction (due_at) where state <> 'closed';

-- Revocations that the CA is to be told of: of certificates of the register, and of others that it issued and nobody wants.
create table cmp_revocation (
  digest text primary key,
  der bytea not null,
  reason text not null,
  state text not null check (state in ('due', 'done', 'refused')),
  -- the CA acknowledged that the certificate was rejected instead of confirmed
  rejected boolean not null,
  tries int not null,
  due_at timestamptz not null
);
create index cmp_revocation_due on cmp_revocation (due_at) where state = 'due';
create index certificate_revoked on certificate (issuer) where state = 'revoked';
