-- One row is one statement that the service's role ran, from pg_stat_statements.
-- Over a whole test run the phase is null; where the statistics were read phase
-- by phase there is a further row for each.
create table db_statement_metrics (
  test_run_id      text             not null references test_runs on delete cascade,
  statement_number bigint           not null check (statement_number >= 1),
  phase            text,
  statement        text             not null,
  is_upsert        boolean          not null,
  calls            bigint           not null check (calls >= 0),
  row_count        bigint           not null check (row_count >= 0),
  total_ms         double precision not null,
  mean_ms          double precision not null,
  max_ms           double precision not null,
  blocks_hit       bigint           not null check (blocks_hit >= 0),
  blocks_read      bigint           not null check (blocks_read >= 0),
  wal_bytes        bigint           not null check (wal_bytes >= 0),

  primary key (test_run_id, statement_number),
  foreign key (test_run_id, phase) references test_phases on delete cascade
);

comment on table db_statement_metrics is 'One statement the service ran, from pg_stat_statements.';
comment on column db_statement_metrics.test_run_id is 'The test run.';
comment on column db_statement_metrics.statement_number is 'Counts the rows of a test run, from 1.';
comment on column db_statement_metrics.phase is 'The phase; null over the whole test run.';
comment on column db_statement_metrics.statement is 'Its normalised text.';
comment on column db_statement_metrics.is_upsert is 'Whether it is the one statement of the contract.';
comment on column db_statement_metrics.calls is 'Executions.';
comment on column db_statement_metrics.row_count is 'Rows it touched or returned.';
comment on column db_statement_metrics.total_ms is 'Time spent executing, in milliseconds.';
comment on column db_statement_metrics.mean_ms is 'Mean time of one execution, in milliseconds.';
comment on column db_statement_metrics.max_ms is 'Longest execution, in milliseconds.';
comment on column db_statement_metrics.blocks_hit is 'Shared blocks found in the cache.';
comment on column db_statement_metrics.blocks_read is 'Shared blocks read from outside it.';
comment on column db_statement_metrics.wal_bytes is 'Write-ahead log written, in bytes.';
