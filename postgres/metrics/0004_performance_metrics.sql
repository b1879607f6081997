-- One row is what was timed in one phase. Two clocks stand side by side: the
-- wire's own ("request") is started by different code for REST and gRPC; the
-- iteration clock, less the think time, is the same for both. Percentiles are
-- read from the samples of one phase and never averaged.
create table performance_metrics (
  test_run_id         text             not null,
  phase               text             not null,

  throughput_per_s    double precision check (throughput_per_s >= 0),

  request_count       bigint           check (request_count >= 0),
  request_min_ms      double precision,
  request_mean_ms     double precision,
  request_p50_ms      double precision,
  request_p90_ms      double precision,
  request_p95_ms      double precision,
  request_p99_ms      double precision,
  request_max_ms      double precision,
  request_curve       jsonb,

  iteration_count     bigint           check (iteration_count >= 0),
  iteration_min_ms    double precision,
  iteration_mean_ms   double precision,
  iteration_p50_ms    double precision,
  iteration_p90_ms    double precision,
  iteration_p95_ms    double precision,
  iteration_p99_ms    double precision,
  iteration_max_ms    double precision,
  iteration_curve     jsonb,

  ok_histogram        bytea,
  failed_histogram    bytea,
  iteration_histogram bytea,
  client_overhead_ms  double precision,

  primary key (test_run_id, phase),
  foreign key (test_run_id, phase) references test_phases on delete cascade,
  check (num_nulls(request_count, request_min_ms, request_mean_ms, request_p50_ms, request_p90_ms,
                   request_p95_ms, request_p99_ms, request_max_ms) in (0, 8)),
  check (num_nulls(iteration_count, iteration_min_ms, iteration_mean_ms, iteration_p50_ms, iteration_p90_ms,
                   iteration_p95_ms, iteration_p99_ms, iteration_max_ms) in (0, 8))
);

comment on table performance_metrics is 'What was timed in one phase.';
comment on column performance_metrics.test_run_id is 'The test run.';
comment on column performance_metrics.phase is 'The phase.';
comment on column performance_metrics.throughput_per_s is 'Acknowledged events per second of the window.';
comment on column performance_metrics.request_count is 'Samples of the wire''s own clock; null when no call was answered.';
comment on column performance_metrics.request_min_ms is 'Smallest, in milliseconds.';
comment on column performance_metrics.request_mean_ms is 'Arithmetic mean, in milliseconds.';
comment on column performance_metrics.request_p50_ms is 'Median, in milliseconds.';
comment on column performance_metrics.request_p90_ms is '90th percentile, in milliseconds.';
comment on column performance_metrics.request_p95_ms is '95th percentile, in milliseconds.';
comment on column performance_metrics.request_p99_ms is '99th percentile, in milliseconds.';
comment on column performance_metrics.request_max_ms is 'Largest, in milliseconds.';
comment on column performance_metrics.request_curve is 'More percentiles of the same samples, as pairs of percentile and milliseconds.';
comment on column performance_metrics.iteration_count is 'Samples of the iteration clock; null when no iteration was finished.';
comment on column performance_metrics.iteration_min_ms is 'Smallest, in milliseconds.';
comment on column performance_metrics.iteration_mean_ms is 'Arithmetic mean, in milliseconds.';
comment on column performance_metrics.iteration_p50_ms is 'Median, in milliseconds.';
comment on column performance_metrics.iteration_p90_ms is '90th percentile, in milliseconds.';
comment on column performance_metrics.iteration_p95_ms is '95th percentile, in milliseconds.';
comment on column performance_metrics.iteration_p99_ms is '99th percentile, in milliseconds.';
comment on column performance_metrics.iteration_max_ms is 'Largest, in milliseconds.';
comment on column performance_metrics.iteration_curve is 'More percentiles of the same samples, as pairs of percentile and milliseconds.';
comment on column performance_metrics.ok_histogram is 'HDR histogram of acknowledged calls on the wire''s clock; V2, deflated.';
comment on column performance_metrics.failed_histogram is 'The same of failed calls: a quick refusal must not improve a median.';
comment on column performance_metrics.iteration_histogram is 'The same of iterations.';
comment on column performance_metrics.client_overhead_ms is 'Mean time of an iteration in which the client neither waited for an answer nor paused, in milliseconds.';
