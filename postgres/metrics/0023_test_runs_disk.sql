-- What a test run took of the disk. One from before this change was not looked at.
alter table test_runs
  add column database_bytes bigint check (database_bytes >= 0),
  add column raw_bytes      bigint check (raw_bytes >= 0);

comment on column test_runs.database_bytes is 'The measured table with its indexes after the load, in bytes.';
comment on column test_runs.raw_bytes is 'What its raw files hold together, in bytes.';
