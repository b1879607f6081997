-- These columns were meant for windows, which have a table of their own now. They
-- were never written, and an empty column reads as "not measured".
alter table test_phases
  drop column began_at,
  drop column ended_at,
  drop column requests,
  drop column mean_vus,
  drop column time_weighted_vus;
alter table performance_metrics
  drop column request_curve,
  drop column iteration_curve,
  drop column ok_histogram,
  drop column failed_histogram,
  drop column iteration_histogram,
  drop column client_overhead_ms;

comment on column second_metrics.failed is 'Events answered with a fault or not at all.';
comment on column second_metrics.p50_ms is 'Median of the acknowledged calls that ended in this second, in milliseconds.';
comment on column second_metrics.p95_ms is '95th percentile, in milliseconds.';
comment on column second_metrics.p99_ms is '99th percentile, in milliseconds.';
comment on column db_statement_metrics.phase is 'The phase whose window it was used in; null over the whole test run.';
