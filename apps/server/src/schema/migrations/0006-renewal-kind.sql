-- A renewal keeps profile and kind of key with its case. Until now the configuration had one of each, and this was its default.
update desk_case set data = data || '{"profile": "entity-signing-sm2", "algorithm": "sm2"}'
  where journey = 'renewal' and not data ? 'algorithm';
