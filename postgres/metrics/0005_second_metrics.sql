-- One row is one second of a phase, as the generator saw it.
create table second_metrics (
  test_run_id text             not null,
  phase       text             not null,
  second      integer          not null check (second >= 0),
  started     bigint           check (started >= 0),
  ok          bigint           check (ok >= 0),
  failed      bigint           check (failed >= 0),
  p50_ms      double precision,
  p95_ms      double precision,
  p99_ms      double precision,
  vus         double precision check (vus >= 0),

  primary key (test_run_id, phase, second),
  foreign key (test_run_id, phase) references test_phases on delete cascade
);

comment on table second_metrics is 'One second of a phase, as the generator saw it.';
comment on column second_metrics.test_run_id is 'The test run.';
comment on column second_metrics.phase is 'The phase.';
comment on column second_metrics.second is 'Whole seconds since the phase began.';
comment on column second_metrics.started is 'Calls begun.';
comment on column second_metrics.ok is 'Events acknowledged.';
comment on column second_metrics.failed is 'Events answered with a fault.';
comment on column second_metrics.p50_ms is 'Median of the calls that ended in this second, in milliseconds.';
comment on column second_metrics.p95_ms is '95th percentile, in milliseconds.';
comment on column second_metrics.p99_ms is '99th percentile, in milliseconds.';
comment on column second_metrics.vus is 'Virtual users.';
