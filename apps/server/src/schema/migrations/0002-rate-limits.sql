-- Every limited request changes a row here, which after a crash means nothing: buckets may begin empty. Without a log of its
-- own the table spares each of those requests a wait for the disk, during which the others of the same bucket wait as well.
-- The one index on the changing column goes, so that a row changes in place; an hourly sweep reads a table of this size whole.
drop index rate_limit_empty;
alter table rate_limit set unlogged;
alter table rate_limit set (fillfactor = 50);
