-- ── status: certificate revocation lists and OCSP ──

-- What is signed is written down first, with its number; signing it again gives the same list. A row holds a complete list and,
-- but for the first of a CA, the delta list of the same moment. Any node serves the octets that stand here.
create table crl (
  -- as `certificate.issuer` has it
  issuer text not null,
  number bigint not null,
  -- one of the regular lists, to which delta lists refer
  regular boolean not null,
  this_update timestamptz not null,
  next_update timestamptz not null,
  -- tbsCertList, until it is signed
  tbs bytea,
  der bytea,
  -- number of the complete list that the delta list adds to
  base_number bigint,
  delta_next_update timestamptz,
  delta_tbs bytea,
  delta_der bytea,
  primary key (issuer, number)
);

-- Certificates of OCSP responders: short-lived, one for each issuing CA and key. Written down first, like all that is signed.
create table ocsp_responder (
  issuer text not null,
  serial_number text not null,
  public_key_digest text not null,
  not_before timestamptz not null,
  not_after timestamptz not null,
  -- tbsCertificate, until it is signed
  tbs bytea,
  der bytea,
  primary key (issuer, serial_number)
);

-- What a list holds.
create index certificate_not_good on certificate (issuer) where state in ('suspended', 'revoked');
-- What may have to be revoked as superseded.
create index certificate_superseded on certificate (profile, state_changed_at) where state = 'superseded';

-- Serial numbers are written as certificates have them, without leading zero octets.
update certificate set serial_number = regexp_replace(serial_number, '^(00)+', '') where serial_number like '00%';
update issuance_intent set serial_number = regexp_replace(serial_number, '^(00)+', '') where serial_number like '00%';
