-- What a holder sees of his line, and what its ended cases left on the key, was found by reading every case there is.
create index desk_case_line on desk_case (line_id, created_at desc);
