-- One row is something that could not be sampled in a test run, and why: a null
-- in the tables of samples always has its reason here.
create table missing_sources (
  test_run_id text   not null references test_runs on delete cascade,
  position    bigint not null check (position >= 1),
  target      text   not null check (target in ('api', 'k6', 'postgres', 'runner', 'host')),
  source      text   not null,
  reason      text   not null,

  primary key (test_run_id, position)
);

comment on table missing_sources is 'What could not be sampled in a test run, and why.';
comment on column missing_sources.test_run_id is 'The test run.';
comment on column missing_sources.position is 'Counts the rows of a test run, from 1.';
comment on column missing_sources.target is 'Whose.';
comment on column missing_sources.source is 'What could not be read.';
comment on column missing_sources.reason is 'Why, in words.';
