-- One row is the application database's counters at an edge of a phase or window.
create table db_counters (
  test_run_id   text             not null references test_runs on delete cascade,
  sample_number bigint           not null check (sample_number >= 1),
  at_ms         double precision not null,

  -- As pg_stat_statements had them, by statement; what a window used is in
  -- db_statement_metrics.
  statements    jsonb            check (jsonb_typeof(statements) = 'array'),
  commits       bigint           check (commits >= 0),
  rollbacks     bigint           check (rollbacks >= 0),
  wal_bytes     bigint           check (wal_bytes >= 0),
  written_bytes bigint           check (written_bytes >= 0),

  primary key (test_run_id, sample_number)
);

comment on table db_counters is 'Counters of the application database at one moment of a test run.';
comment on column db_counters.test_run_id is 'The test run.';
comment on column db_counters.sample_number is 'Counts the samples of a test run in the order of time, from 1.';
comment on column db_counters.at_ms is 'Milliseconds since the generator was released.';
comment on column db_counters.statements is 'What each statement of the services'' role had used so far; null when the server keeps no statistics.';
comment on column db_counters.commits is 'Transactions committed so far.';
comment on column db_counters.rollbacks is 'Transactions rolled back so far.';
comment on column db_counters.wal_bytes is 'Write-ahead log written so far, in bytes.';
comment on column db_counters.written_bytes is 'Bytes written by the server so far.';
