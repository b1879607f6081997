-- One row is what counts of a held phase: what lies between the end of its settle
-- time and its own end. A phase that was not held for a time has no window. The
-- counts of the whole phase stay in test_phases.
create table phase_windows (
  test_run_id            text             not null,
  phase                  text             not null,

  start_ms               double precision not null,
  end_ms                 double precision not null,

  attempts               bigint           check (attempts >= 0),
  iterations             bigint           check (iterations >= 0),
  acknowledged           bigint           check (acknowledged >= 0),
  failed                 jsonb            check (jsonb_typeof(failed) = 'object'),
  unknown                bigint           check (unknown >= 0),
  dropped                bigint           check (dropped >= 0),
  connections_opened     bigint           check (connections_opened >= 0),
  sent_bytes             bigint           check (sent_bytes >= 0),
  received_bytes         bigint           check (received_bytes >= 0),

  -- Two ways to count the same users. They agree when the bookkeeping does.
  mean_vus               double precision check (mean_vus >= 0),
  time_weighted_vus      double precision check (time_weighted_vus >= 0),

  -- HDR histograms can be merged over windows and rounds without loss, which
  -- percentiles cannot. Quick refusals must not improve a median, so what was
  -- acknowledged has one of its own.
  ok_histogram           bytea,
  not_ok_histogram       bytea,
  request_histogram      bytea,

  -- Read from the first of them, for whoever looks with SQL.
  ok_curve               jsonb            check (jsonb_typeof(ok_curve) = 'array'),

  mean_call_ms           double precision,
  client_overhead_ms     double precision,
  slope                  double precision,

  -- Whether the statement statistics were read at both ends; the statements are
  -- in db_statement_metrics.
  statements_known       boolean          not null,
  statements_per_event   double precision,
  rows_per_event         double precision,
  transactions_per_event double precision,
  wal_bytes_per_event    double precision,

  primary key (test_run_id, phase),
  foreign key (test_run_id, phase) references test_phases on delete cascade
);

comment on table phase_windows is 'What counts of a held phase.';
comment on column phase_windows.test_run_id is 'The test run.';
comment on column phase_windows.phase is 'The phase.';
comment on column phase_windows.start_ms is 'Its start, in milliseconds since the generator was released.';
comment on column phase_windows.end_ms is 'Its end on the same clock.';
comment on column phase_windows.attempts is 'Calls begun.';
comment on column phase_windows.iterations is 'Passes of a virtual user that ended.';
comment on column phase_windows.acknowledged is 'Events answered with success.';
comment on column phase_windows.failed is 'Events answered with a fault, by kind.';
comment on column phase_windows.unknown is 'Events without an answer.';
comment on column phase_windows.dropped is 'Iterations that should have been started and were not.';
comment on column phase_windows.connections_opened is 'Connections opened for calls.';
comment on column phase_windows.sent_bytes is 'Bytes sent by the generator.';
comment on column phase_windows.received_bytes is 'Bytes received by the generator.';
comment on column phase_windows.mean_vus is 'Mean of the virtual users over the seconds.';
comment on column phase_windows.time_weighted_vus is 'The durations of all iterations, think time included, over the window.';
comment on column phase_windows.ok_histogram is 'Acknowledged calls on the clock both wires share, as an HDR histogram of microseconds; V2, deflated.';
comment on column phase_windows.not_ok_histogram is 'Refused and unanswered calls on the same clock.';
comment on column phase_windows.request_histogram is 'All calls on the wire''s own clock.';
comment on column phase_windows.ok_curve is 'Percentiles of acknowledged calls, as pairs of percentile and milliseconds.';
comment on column phase_windows.mean_call_ms is 'Mean of all calls on the clock both wires share, in milliseconds.';
comment on column phase_windows.client_overhead_ms is 'Mean time of an iteration in which the client neither waited for an answer nor paused, in milliseconds.';
comment on column phase_windows.slope is 'Slope of the throughput over the window, as a share of its mean.';
comment on column phase_windows.statements_known is 'Whether the statement statistics were read for the window.';
comment on column phase_windows.statements_per_event is 'Upserts per acknowledged event.';
comment on column phase_windows.rows_per_event is 'Rows touched by them per acknowledged event.';
comment on column phase_windows.transactions_per_event is 'Transactions committed per acknowledged event.';
comment on column phase_windows.wal_bytes_per_event is 'Write-ahead log per acknowledged event, in bytes.';
