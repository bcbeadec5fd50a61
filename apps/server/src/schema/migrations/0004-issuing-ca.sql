-- Which issuing CA an intent was written for, by its name in the authority's folder: when another CA issues by now, the
-- intent is finished by this one all the same. Until now there was one, which has this name.
alter table issuance_intent add column issuing_ca text not null default 'issuing';
alter table issuance_intent alter column issuing_ca drop default;
