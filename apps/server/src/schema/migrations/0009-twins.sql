-- Which pair of the key management an encryption certificate is for. Its intent's id is the certificate's own, so that the row
-- stands before the certificate does.
create table certificate_pair (
  certificate_id uuid primary key references issuance_intent,
  -- the key management's name for what the pair was asked for
  pair text not null
);

-- Cases that were opened before there were twins.
update desk_case set data = data || jsonb_build_object(
  'twin', null, 'recertify', false, 'pairs', jsonb_build_array(), 'encryptionIntentId', null,
  'newEncryptionId', null, 'encryptionProof', null, 'kept', null, 'unwritten', false)
where journey = 'renewal';
